"""English."""

from mobile_api.speech.phrases.table import Phrases

PHRASES = Phrases(
    numbers=tuple(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
    ),
    and_="and",
    agent="agent {number}",
    agents="agents {numbers}",
    all_agents="all {count} agents",
    verbs={"pause_agent": "pause", "resume_agent": "resume", "stop_agent": "stop"},
    done={
        "pause_agent": "{who} paused.",
        "resume_agent": "{who} goes on.",
        "stop_agent": "{who} stopped.",
    },
    states={
        "queued": "waits for its turn", "running": "is working", "waiting": "waits for your answer",
        "paused": "is paused", "completed": "is done", "failed": "failed",
        "cancelled": "was stopped",
    },
    sentences={
        "started": "{who} started on {repo}.",
        "ask": "Shall I {verb} {who}?",
        "ask create": "Start an agent on {repo}: {task}?",
        "ask irreversible": "That cannot be undone. Start an agent on {repo}: {task}?",
        "ask default branch": "{repo} has no branch {branch}. Start from its default branch?",
        "one": "{who} {state}.",
        "one on": "{who} {state}, about {percent} percent, {money}.",
        "several": "{count} agents: {counts}.",
        "counted": "{count} {state}",
        "no agents": "You have no agents.",
        "none fits": "There is no such agent.",
        "ineligible": "That agent is in no state to {verb}.",
        "nothing to": "There is nothing to {verb}.",
        "which agent": "Which one: {names}?",
        "which repo": "Which repository: {names}?",
        "no repo": "On which repository?",
        "unknown repo": "I know no repository called {name}. Which one?",
        "no task": "What should the agent do?",
        "two": "One thing at a time, please.",
        "negated": "All right, I leave it alone.",
        "forgotten": "All right, forgotten.",
        "left": "All right, nothing was done.",
        "undone": "Taken back.",
        "silence": "I heard nothing. Try again, or type it.",
        "noise": "I heard no words. Try again, or type it.",
        "away": "I could not hear that just now. Try again, or type it.",
        "not understood": "I did not get that. Say: pause agent one, or: start an agent on {repo}.",
        "refused": "I do not do that.",
        "expired": "That was too long ago. Please say it again.",
        "changed": "{who} has changed meanwhile. Please say it again.",
        "failed": "That did not work: {why}.",
        "a few cents": "a few cents", "cents": "about {count} cents",
        "dollar": "about one dollar", "dollars": "about {count} dollars", "free": "nothing yet",
    },
    yes=frozenset([
        "yes", "yeah", "yep", "yup", "sure", "ok", "okay", "do it", "go ahead", "confirm", "yes please",
        "please do", "yes do it", "correct", "right", "that's right", "absolutely", "of course", "affirmative",
    ]),
    no=frozenset([
        "no", "nope", "nah", "don't", "cancel", "never mind", "nevermind", "no thanks", "stop", "leave it",
        "forget it", "do not", "negative", "no don't", "wrong", "no thank you", "undo", "undo that",
    ]),
    ordinals=("first", "second", "third", "fourth", "fifth", "sixth"),
)  # fmt: skip

"""Words of people for an agent: messages, and the one answer to a question."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.db import agents as rows
from bot.db.engine import Tx
from bot.domain import Agent
from bot.errors import IllegalTransition


class AlreadyAnswered(IllegalTransition):
    """Somebody else answered the question, or the agent went on without an answer."""

    kind = "already-answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody says: to a question of the agent when *question_id* names it."""

    text: str
    author: str
    source_ref: str = ""
    question_id: str = ""


async def heard(tx: Tx, agent: Agent, words: Words, *, now: datetime) -> Agent:
    """Queue *words* for *agent*, whose row is held, and say so; the same words again are nothing.

    Whatever people say while a question is open answers it, and the first one counts.
    """
    question = agent.question
    asked = str(question["id"]) if question else ""
    if words.question_id and words.question_id != asked:
        raise AlreadyAnswered("this question is not open any more: it was answered, or it is over")
    source_ref = words.source_ref or f"answer:{agent.id}:{words.question_id}"
    is_new = await rows.add_message(
        tx, agent.id, words.text, author=words.author, source_ref=source_ref, at=now
    )
    if not is_new:
        return agent
    facts = {"by": words.author, "text": words.text}
    if question is None:
        return await rows.write(tx, agent, "message", facts, at=now, now=now)
    facts |= {"questionId": asked, "via": "app" if words.question_id else "issue"}
    answered = replace(agent, question=None)
    return await rows.write(tx, answered, "answer", facts, at=now, now=now)

"""English: how people take back what they said and say something else."""

_WAIT = r"(?:wait|hang on|hold on|hold up)(?: a (?:moment|minute|second|sec|tick|mo))?"
_VERB = r"(?:pause|stop|resume|cancel|kill|terminate|abort|continue|start|restart|unpause|end|make|create)"

# Wherever they stand.
CORRECTIONS = (
    rf"no(?: ,)? {_WAIT}|{_WAIT}(?: ,)? (?:no|sorry|actually)|oh wait|(?:ah|oh|uh) (?:no|nah)|i wanted to say|(?:what )?i meant to say|no no(?: no)*|no(?: ,)? sorry|"
    r"sorry(?: ,)? no|sorry(?: ,)? (?:i meant?|i mean)|actually(?: ,)? no|no(?: ,)? actually|"
    r"i (?:just |only )?meant?(?: to say)?(?: was)?|i mean(?: to say)?|what i meant (?:was|is)|scratch that|strike that|"
    r"or rather|oops|whoops|my bad|my mistake|no(?: ,)? i meant?|no(?: ,)? make (?:that|it)|let me rephrase(?: that)?|"
    r"change that to|on second thoughts?|i misspoke|"
    rf"(?:well )?not {_VERB}(?: (?:it|them|that|those|him|one))?(?= , )|"
    r"no(?= (?:pause|stop|resume|cancel|kill|agent|number|start|make|the|on|in|continue|hold|one|two|three|four|five|six|seven|eight|nine|ten|\d))"
)
# Only behind punctuation, or behind another one.
WEAK_CORRECTIONS = (
    rf"yeah nah|nah yeah|yeah no|no yeah|no|nope|nah|{_WAIT}|actually|rather|make that|better|sorry|well|or|uh sorry|instead|do you know what|you know what|tell you what|"
    r"come to think of it|thinking about it|let me think|what am i saying|ah|argh|damn|silly me|apologies|correction|"
    r"pardon me|excuse me|on reflection|that's wrong|that's not right|wrong (?:one|repo|project|agent)|i got that wrong|scrap that"
)
MAKE_IT = (
    r"(?:make (?:it|that)|do it|do that|put it|put that|let's do|let's make it|use|it should be|i want it|i want|it's|that's|that should be|"
    r"(?:switch|change) (?:it|that) to|go with|let's say|let's go with|try)(?= \S)"
)
NOT_THAT = r"not (?:on |in |for |the )*(?P<taken>[^,.;:!?]+?) (?:[,.;:!?] (?:but |it's )?|but )"

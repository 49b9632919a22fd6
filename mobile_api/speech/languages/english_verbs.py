"""English: pause, resume and stop, as people say them."""

WHILE = (
    r"(?:for )?(?:just )?(?:a|one|another|a few|five|ten|a couple of|a little) "
    r"?(?:moments?|minutes?|mins?|seconds?|secs?|bit|while|hours?|tick)"
)
_HOLD = r"(?:pause|paws|pawz|pores|pours|pawse|pose|paus|paul's|pauls|pause off|pausing|suspend|freeze|hold|park|snooze)"
_PAUSES = r"(?:pause|hold|wait|take (?:a|five|a short) ?(?:break|rest|breather)?|rest|hold on|hold up|stand by|hang on|hang tight|sleep|chill)"
_RESUMES = (
    r"(?:continue|resume|carry on|go on|go ahead|proceed|keep going|keep working|run again|"
    r"work again|start again|go again|move on|get going again|get back to work|keep running|"
    r"start working again|pick up(?: from)? where (?:it|he|she|they) left off|finish(?: (?:up|its work|what it started|the job))?|start up again|run|work)"
)
_KILL = (
    r"(?:stop|cancel|kill|terminate|abort|discontinue|dump|ax|end|quit|drop|ditch|scrap|axe|halt|nix|dismiss|discard|"
    r"remove|delete|destroy|shut down|shutdown|shut off|turn off|switch off|close|close down|"
    r"kill off|cut|cut off|call off|get rid of|pull the plug on|put an end to|do away with|"
    r"take down|bin|trash|stand down|scratch|tear down|stop working on|stop work on|give up on|"
    r"throw away|throw out|nuke|finish off|cease|bail on|bail out of|chuck|interrupt and stop|"
    r"force stop|force quit|stop running|blow away|forget about|kill of|council|cansel|stopp)"
)
_STOPS = r"(?:stop|quit|end|die|go away|cease|finish now|halt|abort|cancel)"
_KILLED = (
    r"(?:stopped|cancelled|canceled|killed|ended|terminated|aborted|shut down|dropped|scrapped)"
)

PAUSE = (
    r"(?:put|place|set|keep) {ref} (?:on|in|into) (?:hold|pause|ice|standby|a pause|a hold)",
    r"(?:put|place) (?:on hold|on pause|on ice) {ref}",
    r"put {ref} (?:to sleep|aside|to one side|to rest)",
    r"put (?:a|the) (?:pause|hold|brakes?) on {ref}",
    rf"(?:hold|hang) (?:off|up|on)(?: {WHILE})?(?: on| with| for)? {{ref}}",
    rf"wait(?: {WHILE})?(?: on| with) {{ref}}",
    r"(?:hit|press|push|click)(?: the)? pause(?: button)? (?:on|for) {ref}",
    r"take (?:a|five|a quick|a short) ?(?:break|breather|pause|rest)? (?:on|from|with) {ref}",
    r"give {ref} (?:a|some|a little|a short|a quick) ?(?:rest|break|pause|breather|time out)",
    rf"(?:let|have|make|get|tell|ask) {{ref}} (?:to )?{_PAUSES}",
    rf"{{ref}} (?:should|can|may|needs to|has to|must) {_PAUSES}",
    r"{ref} ,? ?(?:pause|hold on|hold up|hang on|wait|take a break|stand by)",
    rf"(?:stop|halt) {{ref}} {WHILE}",
    rf"(?:stop|halt|pause) {WHILE} ,? ?(?:with )?{{ref}}",
    r"(?:stop|halt) {ref} (?:temporarily|until later)",
    r"(?:i|we)(?:'d| would)? (?:need|want|like) {ref} (?:paused|on hold|on pause|suspended)",
    r"temporarily (?:stop|halt|pause|suspend|disable) {ref}",
    rf"{_HOLD} {{ref}}",
)
RESUME = (
    r"(?:resume|resumes|resumed|rezoom|re zoom|reassume|presume|resum|unpause|un pause|on pause|continue|restart|reactivate|unfreeze|unsuspend|"
    r"revive|proceed|reawaken|un suspend|re start|re activate|green light|unhold|wake|wake up|release) {ref}",
    r"(?:wake|start|pick|fire|boot|spin|get|bring|set|kick|crank) {ref} "
    r"(?:back )?(?:up|again|going again|back up|running again|moving again|going|rolling|rolling again|"
    r"back to work|back on track|back|working again|up again|back on|off again|moving|back online|up and running)",
    r"(?:start|pick) (?:back )?up {ref} (?:again|where it left off)",
    r"(?:wake|pick) (?:back )?up {ref}",
    r"(?:continue|carry on|go on|keep going|keep on|go ahead|move on|move ahead|push on|press on|"
    r"crack on|proceed|resume work|pick up|keep working|keep running|get going|get on|start again|get back)"
    r"(?: again)? (?:with|on|to) {ref}",
    r"(?:continue|keep|resume) (?:work|working|running)(?: on| with)? {ref}",
    rf"(?:let|have|make|get|tell|ask|allow) {{ref}} (?:to )?{_RESUMES}(?: again)?",
    rf"{{ref}} (?:can|may|should|could|is allowed to|is free to|needs to) (?:now |please )?{_RESUMES}",
    r"{ref} ,? ?(?:continue|resume|carry on|go on|keep going|go ahead|proceed|back to work)",
    r"take {ref} off (?:hold|pause|ice|of hold|of pause)",
    r"(?:put|get|send) {ref} back (?:to work|on|into action|in action|on track)",
    r"(?:pick up|continue|resume|carry on|go on|start)(?: again)?(?: from)? where {ref} left off",
    r"give {ref} the (?:green light|go ahead|all clear)",
    r"(?:end|lift|stop|undo|remove|cancel) the pause (?:on|of|for) {ref}",
)
STOP = (
    rf"{_KILL}(?: with)? {{ref}}",
    r"(?:shut|turn|switch|take|call|close|knock|cut|throw|stand) {ref} (?:down|off|out|away)",
    r"(?:bring|put) {ref} (?:to an end|to a stop|to a halt|out of its misery|down)",
    rf"(?:let|have|make|get|tell|ask|order|force) {{ref}} (?:to )?{_STOPS}",
    rf"{{ref}} (?:can|should|must|may|needs to|has to|ought to) (?:be {_KILLED}|{_STOPS})",
    r"{ref} ,? ?(?:stop|cancel|abort|halt|quit|terminate|shut down|stop it|cancel it|kill it)",
    r"stop {ref} (?:from )?(?:running|working|what it's doing|altogether|completely|entirely|dead)",
    r"(?:(?:i|we) )?(?:don't|do not|no longer) (?:need|want) {ref} (?:any ?more|any longer|running|now)",
    r"(?:i|we) no longer (?:need|want) {ref}",
    r"(?:i'm|we're|i am|we are) done with {ref}",
    r"(?:i|we) want {ref} (?:gone|stopped|cancelled|killed|dead)",
    r"make {ref} (?:go away|stop|end)",
)
BARE = {
    r"(?:pause|paws|pause it|hold|freeze|hold it there|take a break|pause work)": "pause",
    r"(?:resume|unpause|continue|carry on|keep going|keep working|go on|resume work)": "resume",
    r"(?:stop|cancel|abort|kill it|stop it|terminate|stop work|stop working|halt)": "stop",
    r"(?:stop|kill|shut down|shut) (?:the lot|it all|this all)": "stop all",
}

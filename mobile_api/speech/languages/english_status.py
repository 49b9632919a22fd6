"""English: the many ways to ask how it goes."""

_IS = r"(?:is|are|was|were|'s|isn't|aren't)"
_SO = r"(?:still |already |really |actually |currently |now |even |all |almost |nearly |about |getting |any )*"
_STATE = (
    r"(?:done|finished|finish|ready|complete|completed|running|working|alive|stuck|paused|waiting|blocked|failing|"
    r"broken|going|going well|going ok|going okay|doing ok|doing okay|ok|okay|alright|all right|good|on track|moving|progressing|over|through|busy|"
    r"in progress|queued|there|finished up|wrapped up|stopped|failed|active|behind|slow|dead|on it|close|far|making progress|coming along|getting anywhere|up and running|training|there yet|any good|"
    r"hung|hanging|frozen|cancelled|canceled|on hold|on pause|on ice|started|pending|healthy|fine|waiting (?:for|on) (?:me|us|anything|something|input|an answer)|asking (?:me )?(?:something|anything)|making any progress|near(?:ly)? done)"
)
_ON = r"(?:on|of|about|for|from|with|regarding|in|around|concerning)"
_REPORT = (
    r"(?:status|status update|status report|update|updates|report|progress report|progress update|progress|rundown|run down|run through|summary|overview|news|word|sit ?rep|"
    r"situation|state|recap|quick update|quick status|short update|brief|briefing|latest|latest news|latest status|status check|run-down|low ?down|scoop|details|info|information|eta|current status|current state|breakdown|debrief|heads up|readout|numbers|cost)"
)

STATUS = (
    rf"(?:what's|what is|whats|what are|what're|what was|how's|how is|hows)(?: the| my| our)? (?:current |latest |exact |overall )?{_REPORT} {_ON} {{ref}}",
    rf"(?:what's|what is|whats) {{ref}}(?:'s|s'| s)? (?:current |latest )?{_REPORT}",
    r"(?:how's|how is|hows|how are|how're|how was|how does|how do|how did|how has|how have) {ref} (?:doing|going|coming along|coming|getting on|getting along|progressing|looking|holding up|faring|moving along|performing|been doing|been going|look|go|do|feel|working out|working|running|developing|shaping up|turning out|work out|along|been)",
    r"(?:how's|how is|hows|how are|how about|how was) (?:the )?(?:work|progress|things?|everything|it going|life|stuff|job) (?:going |coming |coming along |looking )?(?:on|with|for|at|in|over at|in) {ref}",
    r"how (?:are things|are we|is it|are you|are they|is that|do things|does it) (?:doing|going|looking|coming along|coming|getting on|getting along|look|progressing)?(?: with| on| for| at| over at)? {ref}",
    r"how (?:far|far along|far in|much further|close|near|complete|finished|done|advanced|long|much longer|soon|good|bad|much progress)(?: along| on| through| into| done| to done)?(?: is| are| has| have| was| did| does| until| till| will| before| for)+ {ref}(?: .{0,25})?",
    r"how much (?:time|work|longer|money|more|more time|did|has|have|does|is|of)(?: .{0,20})? {ref} (?:need|needs?|take|takes?|cost|spent|used|left|remaining|gonna take|going to take|have left|got left|done|spend|burned|eaten)(?: .{0,15})?",
    r"how many .{0,30} (?:did|has|have|does) {ref} .{0,30}",
    r"(?:how's|hows|how is|how are|how about|what about|how 'bout|what of) {ref}",
    rf"(?:is|are|isn't|aren't|was|were|'s) {{ref}} {_SO}{_STATE}",
    rf"(?:is|are) {_STATE} {{ref}}",
    r"(?:has|have|did|does|do|hasn't|haven't|didn't|will|is|are|was|were|had) {ref} (?:just |already |ever |even |actually |still |also |been able to |going to |gonna |manage to |managed to )*(?:finish(?:ed)?|complete(?:d)?|end(?:ed)?|fail(?:ed)?|crash(?:ed)?|work(?:ed)?|pass(?:ed)?|start(?:ed)?|stop(?:ped)?|begin|begun|got|get|gone|go through|succeed(?:ed)?|run|need|needs|wait|waiting|stuck|ask|asked|make|made|open|opened|push(?:ed)?|commit(?:ted)?|do|done|found|find|reach(?:ed)?|land(?:ed)?|ship(?:ped)?|merged|break|broken|broke|hang|die|died|wrap(?:ped)? up|solve(?:d)?|fix(?:ed)?|change(?:d)?|go|take|say|said|turn(?:ed)? out|look|have|move(?:d)?|created?|come|came)(?: .{0,40})?",
    r"(?:what's|what is|whats|what are|what're|what was|what were|what has|what have) {ref} (?:doing|up to|working on|at|been doing|been up to|been working on|waiting for|waiting on|stuck on|on|busy with|about|done|changed|trying to do|saying|asking|blocked on|working with|doing now|on about|after|planning|planning to do|costing|thinking|at now|found|come up with|so slow|like)(?: so far| right now| now| lately| today)?",
    r"(?:what|which \w+) (?:did|does|do|has|have) {ref} (?:do|change|changed|find|found|need|want|say|said|done|ask|asked|cost|made|make|achieve|achieved|accomplish|accomplished|come up with|get done|got|look like|touch|break|broke|work on|worked on|been doing|push|pushed)(?: .{0,30})?",
    r"(?:what's|what is|whats) (?:happening|going on|new|up|the story|the word|the deal|the situation|wrong|the matter|cooking|left|the holdup|the hold up|the latest|the news|taking so long|blocking|going wrong|the plan|the problem|the issue|the cost|the bill|happened|been happening|next|left to do)(?: with| on| in| at| for| from| of| over at| about| inside)? {ref}",
    r"what (?:percent(?:age)?|phase|stage|step|state|status|point|branch)(?: .{0,10})? (?:is|are|has|have) {ref}(?: at| in| on| up to| reached| now)?",
    r"what(?: has|'s| ever)? (?:happened|happens|went wrong|goes wrong|became|become|came|broke|failed|has gone wrong|gone wrong|has happened)(?: to| with| of| in| on| for| at)? {ref}",
    r"(?:where|how far) (?:are|is|do|did|have) (?:we|you|things|they|it|the agents?) (?:at |stand |standing |up to |got |gotten |get |now )?(?:on|with|at|in|for) {ref}",
    r"(?:where's|where is|where are|wheres|where does|where do) {ref}(?: at| at now| now| stand| right now| standing| up to)?",
    rf"(?:any|is there any|is there|are there any|there any|do you have any|do we have any|have you got any|have we got any|got any|have we any)(?: new| more| good)? (?:{_REPORT}|problems?|issues?|trouble|errors?|movement|questions?|developments?|luck|results?|joy|change|changes)(?: at all)? {_ON} {{ref}}",
    rf"(?:give|get|send|read|show|tell|bring|fetch|i need|i want|i'd like|can i get|can i have|could i get|could i have|can we get|may i have|let me have|let me get|let me hear|i'll take|do you have|have you got|let's get|let's hear|let's have)(?: me| us| out)*(?: the| a| an| my| your| some| one| that| quick| brief| short| full| latest| current| real quick)* {_REPORT} {_ON} {{ref}}",
    rf"(?:{_REPORT}|progress|anything new|anything|something new|what news|quick check|check) {_ON} {{ref}}",
    rf"(?:give|get|read|show|tell|bring|fetch|check)(?: me| us)*(?: the)? {{ref}}(?:'s|s'| s)? {_REPORT}",
    r"{ref}(?:'s|s'| s)? (?:status|progress|update|report|state|eta|status please)",
    r"(?:update|brief|inform|fill|catch|enlighten)(?: me| us)(?: in| up)? (?:on|about|with|regarding) {ref}",
    r"(?:check|check in|check up|look|look in|peek|have a look|take a look|take a peek|get an update|follow up|report back|report|eyes|zoom in|drop in|touch base)(?: on| at| in on| up on| in with| with| how)* {ref}(?: is| are)?(?: doing| going| coming along)?",
    r"(?:check|see|find out|look|tell me|let me know|show me|let me see|let's see|i want to know|i wanna know|do you know|can you tell me|could you tell me|i need to know|i'd like to know|know|you know|remind me)(?: how| what| where| if| whether| why| about)* {ref} (?:is|are|'s|has|have|was|were|did|does|do)(?: at| doing| going| coming along| up to| working on| done| finished| ready| still running| running| still alive| stuck| failed| failing| progressing| getting on| getting along| been doing| looking| waiting for| fail| finish| now)*",
    r"(?:see|find out|look|tell me|let me know|i want to know|do you know|let's see)(?: how| what| where| if| whether| why)+ (?:is|are|'s|has|have|was|were|did|does|do) {ref}(?: at| doing| going| coming along| up to| working on| done| finished| ready| running| stuck| fail| finish| failed)*",
    r"(?:tell|let)(?: me| us)(?: know| hear)?(?: more| something| everything| all)? (?:about|on|of|how things are with|what's happening with|what's going on with|what's up with|how it's going with) {ref}",
    r"(?:show|open|display|view|pull up|bring up|describe|summari[sz]e|read|read out|list|see|inspect|monitor|follow|watch|track|let me see|let's see|i want to see|i'd like to see|find|print|give)(?: me| us)? {ref}(?: again| to me| for me)?",
    r"(?:why|how come|for what reason|how)(?: did| does| do| is| has| have| was| are|'s|'d|'re)? {ref} (?:fail|failed|failing|stuck|stop|stopped|crash|crashed|break|broken|broke|die|died|waiting|paused|take so long|taking so long|taking so much time|taking forever|slow|so slow|not done|not finished|not running|still running|still not done|still waiting|hanging|blocked|done so fast|expensive|so expensive|cancelled|red|not working|not moving|not started|queued|still queued|error out|go wrong|gone wrong|fall over|quit|give up)(?: .{0,30})?",
    r"(?:when|by when|what time|how soon)(?: will| is| are| does| do| did| was| can| could| would|'ll|'s) {ref} (?:be |going to be |going to |gonna be |gonna |get |expected to |supposed to be |start |have |to )*(?:done|finish|finished|ready|complete|completed|end|start|started|over|through|queued|fail|failed|stop|stopped|run|going|available|begin|there|due|created|wrap up|expected|up)",
    r"(?:which|what|how many|who)(?: of the| of my| other)?(?: agents?| ones?| jobs?| tasks?| of them)?(?: is| are| has| have|'s|'re| was| were)?(?: still| currently| now| already| right now| just)? {ref}",
    r"(?:is|are|did|does|do|has|have)(?: there)?(?: any| anything| anyone| anybody| something| someone| some| one| anybody's| any agents?| any of (?:them|the agents|my agents)| agents)+(?: still| currently| already| just| that's| that is| that are| that have| who| been)* {ref}",
    r"(?:anything|anyone|anybody|something|any agents?|any of (?:them|the agents|my agents)|any)(?: still| currently| already| that's| that is)* {ref}",
    r"{ref} ,? ?(?:what's it doing|what is it doing|how's it going|how is it going|how's it doing|how is it doing|what's the status|is it done|is it finished|done yet|what's up|how far is it|how far along is it|what's happening|where is it at|where's it at|where are we|any news|any update|any updates|any progress|status|how does it look|how's it looking|what's going on|what happened|how are they doing|how are things|what are they doing|still running|finished yet|ready yet|what about it|what's it up to|progress|how's that going|how's that one|what's that one doing|is it ready|did it finish|did it work|did it fail|has it finished)",
    r"i(?:'d| would)? (?:like|want|need|love) (?:to know|to hear|to see|to check|to find out|to ask|to be updated|an update|a status|a status update)(?: about| on| of| how| what| where| if| whether)* {ref}(?: is| are)?(?: doing| going| at| up to| working on| done| finished| ready)?",
    r"(?:does|do) {ref} (?:look|seem|appear) .{0,30}",
    r"(?:is )?everything (?:ok|okay|alright|all right|fine|good|going well|in order|going ok|going okay) (?:with|on|at|for) {ref}",
    r"{ref} (?:done|finished|ready|all done|complete) yet",
    r"(?:still|already) (?:running|working|waiting|going|busy) ,? {ref}",
    r"(?:status|update|progress|report|status report|status update) {ref}",
)
STATUS_BARE = {
    r"(?:(?:give|get|tell|show|read|send|bring)(?: me| us)?(?: a| an| the| my| your| quick| short| brief| full| latest| current| overall| general| whole| complete)* )?"
    r"(?:status|status report|status update|report|update|updates|overview|progress report|summary|rundown|sit ?rep|dashboard|news|recap)": "status all",
    r"(?:any|is there any|are there any|do you have any|got any)(?: new| more)? (?:updates?|news|progress|problems?|issues?|changes?|word|questions?|developments?)(?: for me| to report| so far)?": "status all",
    r"(?:what's|what is|whats) (?:going on|happening|new|up|cooking|the state of play|the state of affairs|the situation|the latest|the news|running|in progress|everyone doing|the overall status|my status|the word|active|on|left|next|everybody doing|everybody up to|everyone up to|everyone working on|everybody working on)(?: in there| over there| there| with you| around here)?": "status all",
    r"(?:tell|show|give|let|read)(?: me| us)?(?: know| see)? (?:what's (?:going on|happening|new|up|running)|how things are(?: going)?|how it's going|where we are|where we stand|where things stand|how we're doing|what's up)": "status all",
    r"(?:how|where) (?:are|do|did) (?:things|we|you all|you guys|they|my guys|the guys|the team|all of you)(?: all)?(?: doing| going| looking| stand| at| coming along| getting on| getting along| standing)?": "status all",
    r"(?:catch|fill|update|brief)(?: me| us)(?: up| in)?(?: on (?:everything|things|what's going on|it all))?": "status all",
    r"(?:progress|how goes it|how'd it go|is that it|any luck|and|well|how far along|how much longer|what progress|progress check|progress update)": "status it or all",
    r"(?:what's|what is|whats) (?:the|its|our|it's) (?:current )?(?:status|progress|state|eta|deal|story|hold up|holdup|damage)": "status it or all",
    r"how(?:'s| is| are|s)? (?:it|that) (?:going|doing|looking|coming along|coming|getting on|progressing|moving along)(?: there| over there)?": "status it",
    r"how(?:'s| is| are|s)? (?:everything|everybody|everyone|stuff|work|things?|all) (?:going|doing|looking|coming along|coming|getting on|progressing|moving along)(?: there| over there)?": "status all",
    r"(?:has|have|did|is|are) (?:anything|any of them|any agents?|one of them|anyone|any)(?: already| just)? (?:finish(?:ed)?|done|completed?)": "status completed",
    r"(?:is|are) (?:everything|it all|things|we|all) (?:ok|okay|alright|fine|good|going well|done|finished|on track|running|still running|working)": "status all",
    r"(?:are we|is it|are you|is that) (?:done|there|finished|ready)(?: yet)?": "status it",
    r"how (?:long|much longer|much more time)(?: will| is| does)? (?:it|this|that)(?: going to| gonna)? (?:take|need|be)": "status it",
    r"(?:what|how many)(?: of)?(?: my| the)? agents (?:do i have|have i got|are there|exist|did i start|do we have|are mine)": "status all",
    r"what (?:do i have|have i got|have we got|do we have|did i start) (?:running|going|going on|active|today|in progress)": "status all",
    r"(?:any(?:thing|body|one)|something)(?: new| to report| happening| going on| interesting)": "status all",
    r"(?:did|has|have|is|are) (?:anything|anyone|anybody|any agents?|any of (?:them|the agents|my agents)|something|any|one|one of them)(?: of them)?(?: just| already)? (?:fail(?:ed|ing)?|crash(?:ed)?|go(?:ne)? wrong|broken?|die|died|break)": "status failed",
    r"(?:what|who|which ones?|anything|which)(?: has| have|'s| did| is| are)? (?:fail(?:ed|ing)?|crash(?:ed)?|go(?:ne)? wrong|broken?|went wrong|died)": "status failed",
    r"(?:(?:is|are) )?(?:anything|anyone|anybody|any agents?|who's|who is|who|what's|any of (?:them|my agents|the agents)|somebody|someone|any|is there anything)(?: that)?(?: is| are|'s)? (?:waiting|stuck|blocked|need(?:s|ing)?|asking|wait)(?: (?:for|on))?(?: (?:me|us|my (?:input|answer|attention|help|reply|response)|an answer|a reply|input|help|something|anything|attention|answers?))?": "status waiting",
    r"(?:do|does) (?:anything|anyone|anybody|any agents?|any of (?:them|my agents|the agents)|somebody|someone|they) (?:need|wait for|want)(?: (?:me|us|my (?:input|answer|attention|help|reply|response)|an answer|a reply|input|help|something|anything|attention))": "status waiting",
    r"(?:what's|what is|anything|is anything)(?: still)? (?:in the queue|queued|queued up|pending|in line|in my queue)": "status queued",
    r"(?:what|who|anything|which|which ones)(?:'s| is| has| have| are)? (?:finished|done|completed|been completed|been finished|complete|ready)(?: today| already)?": "status completed",
    r"(?:what's|who's|what is|who is|anything|is anything|which ones are|what are)(?: currently| still)? (?:paused|on hold|suspended)": "status paused",
    r"(?:(?:show|read|list)(?: me)? |what about )?the queue": "status queued",
    r"everything(?: ok| okay| alright| fine| good)?": "status all",
}

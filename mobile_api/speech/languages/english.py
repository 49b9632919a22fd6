"""English: how people say it to a phone."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Language
from mobile_api.speech.languages.english_corrections import (
    CORRECTIONS,
    MAKE_IT,
    NOT_THAT,
    WEAK_CORRECTIONS,
)
from mobile_api.speech.languages.english_creating import CREATING
from mobile_api.speech.languages.english_forms import FORMS
from mobile_api.speech.languages.english_gist import GIST
from mobile_api.speech.languages.english_refused import REFUSED
from mobile_api.speech.languages.english_status import STATUS, STATUS_BARE
from mobile_api.speech.languages.english_verbs import BARE, PAUSE, RESUME, STOP, WHILE

ENGLISH = Language(
    code="en",
    name="English",
    lead=(
        r"ok|okay|k|alright|all right|right|so|well|yeah|yes|yep|yup|sure|now|then|and|also|great|cool|fine|good|um|like|oh|ah|aw|righto|alrighty|lovely|brilliant|perfect|nice|awesome|excellent|fantastic|wonderful|super|sweet|grand|class|sound|deadly|gotcha|hmm|do you know what|(?:you )?know what|tell you what|enough(?= ,)|not (?:that|this) one(?= ,)|(?:nah|nope|no)(?= just )|"
        r"hey|hi|hello|hey there|hi there|hey cadence|hi cadence|hello cadence|ok cadence|okay cadence|cadence(?= ,)|yo|good morning|listen|look|"
        r"please|pls|plz|just|quickly|kindly|actually|basically|sorry|excuse me|quick (?:question|check|one|thing)|one more thing|next|first|finally",
        r"(?:can|could|would|will|can't|couldn't|won't) (?:you|u|ya|we|i)(?: all)?(?: (?:please|just|quickly|kindly|possibly|maybe|perhaps|also|now|go ahead and|go and|try to|be so kind as to|be so kind to|help me))*",
        r"(?:i|we)(?:'d| would)? (?:want|need|like|love|prefer|have)(?: it)?(?: for)? (?:you |u )?to(?= (?!have|get|see))",
        r"(?:i|we)(?:'d| would) (?:rather|sooner)(?: you)?",
        r"(?:i'm|i am) (?:going to|gonna) (?:need|ask) you to|(?:i|we) wanna|i gotta|i want|i'd like you to|i want you to|(?:i|we)(?:'ve got| got| have got) to",
        r"(?:let's|lets|let us|shall we|we need to|you need to|you have to|you must|you gotta|time to|it's time to|it is time to|you'd better|better)(?: (?:go ahead and|just|now))?",
        r"(?:go ahead and|go and|go(?= (?:fix|add|update|write|check|pause|stop|start|look|create|make|find))|be so kind and|do me a favou?r and|feel free to|you can|you may|you can now|why don't you|why not|how about you|make sure to|make sure you|try to|be a dear and|go on and)",
        r"(?:is it possible|would it be possible|is there any way|is there a way|any chance)(?: for you| for me)? to|(?:do you think|any chance|is there any chance)(?: that)? (?:you|we) (?:can|could)|(?:i was wondering|i wonder|wondering) if you (?:can|could|would)|i'd appreciate it if you(?: could| would)?|it would be (?:great|nice|good) if you could|if you (?:can|could|don't mind|would)",
        r"(?:what|all) i (?:want|need|would like|'d like|really want)(?: you to do)? is(?: to| for you to)?|what i'd like is(?: to)?|my request is(?: to)?",
        r"(?:at|for) (?:the moment|this point|now)|(?:we|you) can(?: just| probably)?(?= (?:stop|kill|cancel|ditch|drop|scrap|bin|end|axe|dump)\b)|let me(?= (?:just |please )?(?:pause|resume|unpause|stop|cancel|kill|get|have|put|start)\b)",
    ),
    tail=(
        r"please|pls|plz|thanks|thank you|thanks a lot|thank you very much|many thanks|cheers|thx|ta",
        r"now|right now|right away|immediately|asap|a s a p|at once|straight away|straightaway|instantly|this instant|quickly|real quick|quick|soon",
        rf"for now|for the (?:weekend|day|night|moment)|(?:un)?till? (?!i (?:say|tell)\b)(?:\S+ ){{0,5}}\S+|before (?:i|we|the|my|our|stand ?up|lunch) ?(?:\S+ ?){{0,3}}|for the time being|{WHILE}|for today|for tonight|temporarily|in the meantime|meanwhile",
        r"if you can|if you could|if possible|if that's (?:ok|okay|possible|alright)|if you don't mind|if you would|if you like|when you can|when you get (?:a|the) (?:chance|second|sec|minute|moment|min)|when you have (?:a|the) (?:moment|minute|time|chance)|whenever you can|as soon as (?:you can|possible)",
        r"ok|okay|alright|right|(?:will|would|could|can|won't) (?:you|ya|u)|legend|champ|boss|lah|leh|lor|la|yo|fam|homie|bud|bro|yeah|eh|mate|buddy|pal|man|dude|my friend|cadence|love|dear|sir",
        r"for me|for us|instead|today|tonight|this morning|this afternoon|this evening|then|(?<!agent )(?<!number )too|as well|once more|after all|by the way|that's it|that's all|that would be (?:great|nice|good)|would be (?:great|nice)|so far|at the moment|currently|at this point|at present|these days|exactly|already|yet|again|anyway|though|at all|or what|or something|or not|over there|over here|so(?= \.|$)|lately|recently|a bit|a little|still|and that's it|i think(?= \.)",
        r"(?:un)?till? (?:later|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|further notice|i'm back|i am back|i get (?:back|home|there|in)|i say so|i say otherwise|the morning|next week|noon|lunch|after lunch|i arrive|i'm home|(?:the|this|my) (?:meeting|call|demo|release|freeze)(?: is over| ends)?|\w+ (?:am|pm|o'clock))",
        r"while (?:i|we)(?:'m| am|'re| are)? (?:\S+ ){0,5}\S+",
    ),
    gerund_lead=r"(?:(?:would|do) you mind|how about|what about|mind|consider|start by|please consider|would you consider)(?: just)? ",
    gerunds={
        "pausing": "pause",
        "stopping": "stop",
        "cancelling": "cancel",
        "canceling": "cancel",
        "resuming": "resume",
        "continuing": "continue",
        "killing": "kill",
        "starting": "start",
        "putting": "put",
        "checking": "check",
        "giving": "give",
        "telling": "tell",
        "getting": "get",
        "holding": "hold",
        "suspending": "suspend",
        "ending": "end",
        "aborting": "abort",
        "terminating": "terminate",
        "launching": "launch",
        "having": "have",
        "creating": "create",
        "spinning": "spin",
        "kicking": "kick",
        "letting": "let",
        "making": "make",
        "running": "run",
        "shutting": "shut",
        "taking": "take",
        "unpausing": "unpause",
        "restarting": "restart",
        "freezing": "freeze",
        "looking": "look",
    },
    verbs={Intent.PAUSE: PAUSE, Intent.RESUME: RESUME, Intent.STOP: STOP, Intent.STATUS: STATUS},
    bare=BARE | STATUS_BARE,
    forms=FORMS,
    gist=GIST,
    creating=CREATING,
    corrections=CORRECTIONS,
    weak_corrections=WEAK_CORRECTIONS,
    make_it=MAKE_IT,
    not_that=NOT_THAT,
    forget=(
        r"(?:never ?mind(?: (?:that|it|about (?:that|it)))?|forget (?:it|that|about it)|leave it(?: alone| be| as it is)?|nothing|don't(?: do (?:it|that|anything))?|no need|"
        r"ignore that|it's (?:fine|ok|okay|nothing|all right)|cancel that|drop it|skip it|not now|no|nope|let it run|forget what i said|i changed my mind|don't bother|leave (?:it|them|him) running|scrap that|strike that|do nothing)"
    ),
    refused=REFUSED,
    explaining=(
        r" [,.;!] (?:because|cause|cuz|since|as|we|we're|we've|i|i'm|i've|i'll|it|it's|it'll|that|that's|this|they|there's|there is|the|he|she|so|my|our|no longer|not needed|just in case|sorry|thanks)\b.*$"
        r"| (?:because|cause|cuz|since|as it's|so that|so (?:i|we) can) .*$"
    ),
    joins=r"and|then|but",
    another_target=(
        r"(?:it(?= [,.;]|$)|them|all|everything|(?:the |my )?(?:\S+ ){0,3}agents?\b|agent \w+|number \w+)"
    ),
    another_agent=(
        r"(?:an? (?:new )?agent (?:on|in|for|to)\b|(?:start |create |launch |spin up )?(?:another|a second)(?: \w+)? (?:one|agent|on|in|for)\b|another (?:one|agent))"
    ),
    several=r"(?:pause|resume|unpause|stop|cancel|kill|terminate|abort|continue|start|restart|create|launch|spin up|check|suspend|hold|halt|tell me|give me|let(?= (?:agent|the|it|them|that|my)\b)|kick off|shut down)",
    contrast=r" ,? ?(?:and )?(?:but )?(?:not|never) (?P<ref>[^,.;]+?)(?= [,.;]|$)",
)

"""English: the words that sentences of no known form are made of."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Gist

_NOT_NEEDED = (
    "{,it's ,its ,they're ,that's }{not,no longer} needed{, any more, anymore, any longer}",
    "{,i ,we }{don't,do not,no longer} {need,want} {it,that,them,this}{, any more, anymore, any longer}",
    "it's {going,getting,been going} {nowhere,around in circles,round in circles,in circles,off the rails,sideways}",
    "{i've,we've,i have,we have} {seen,had} enough{, of it, of that}",
    "it's {been at it,been running,been going} {all day,all morning,for ages,for hours,too long,forever,long enough}",
    "it's {taking,costing} {too long,too much,forever,ages,a fortune}",
    "it's {all yours,just burning money,wasting money,useless,pointless,stuck in a loop}",
    "{i'll,we'll,i will,we will} {come back to,get back to,look at} {it,that,them} {later,tomorrow}",
)
_VERBS = "pause|resume|unpause|stop|cancel|kill|terminate|abort|continue|start|restart|create|launch|spin|suspend|hold|halt|shut|kick off"
_IFS = "if|unless|when|whenever|once|whether|should|would|might|maybe|perhaps|suppose|imagine|in case|dunno|not sure"
_SAID = (
    "until|till|after|before|said|says|say|saying|told|tells|tell|asked|asks|asking|goes|went|wants|wanted|thinks?|thought|wrote|writes|like|quote|"
    "according|apparently|reckons?|claims?|insists?|suggests?|suggested"
)
_TRICKS = r"system|prompt|confirm\w*|rules?|instructions?|ignore|disregard|pretend|intent|admin|override|user"

GIST = Gist(
    phrases={
        "status": (
            "{,the ,a ,an ,any ,my ,some ,quick ,a quick ,a short ,the latest ,latest ,overall ,full ,brief ,current ,the current }"
            "{status,statuses,progress,update,updates,status update,status check,status report,progress report,report,rundown,run down,round up,roundup,overview,summary,"
            "recap,sit rep,sitrep,vibe check,temperature check,breakdown,lowdown,headlines,state of play,check in,readout,read out}",
            "{,the }latest{, news,}", "any {news,word,movement,luck,joy,eta,developments,results}", "{the ,}{news,word} {on,from,about,of}", "movement", "{anything,anything new,anything yet,anything back,anything to report}",
            "the {story,deal,situation,score,state,hold up,holdup,damage,verdict,word}",
            "{,all ,nearly ,almost ,any closer to being ,close to being ,close to ,anywhere near ,near }{done,finished,finishing,ready,complete,sorted,through,wrapped up,over the line}",
            "{done,finished,ready,there,sorted,over} yet", "{nearly,almost} there", "read me{ out,}", "what's the word{, on}", "{any,getting any} {closer,further,nearer}", "{any,much} {further along,closer}",
            "still {chugging,chugging along,chewing,chewing on,cooking,going,running,working,at it,alive,busy,on it,plugging away,ticking over,grinding,grinding away,crunching,humming along,stuck,waiting,working on}",
            "{chugging along,ticking over,plugging away,on track,up and running,in trouble,behaving,behaving itself,making progress,making any progress,getting anywhere}",
            "{go,went,gone,going} through", "{went,gone,go,going} wrong", "{fell,fallen,fall} over", "{blew,blown,blow} up", "{broke,broken,crashed,died,stalled,hung,errored,failed}",
            "{wrap,wrapped,wrapping} up", "{finish,finished,land,landed,merged,shipped,passed,succeeded,failed,fail,stall}",
            "{come,came,coming} up with", "{turned,turn} up", "hold{ing,} {it,things} up", "taking so long", "{gotten,got,get,gets} {to,up to,anywhere,stuck}", "stuck on", "stuck",
            "{check,checking,check in,check up,look in,follow up,touch base} {on,on how,in on,up on,with}", "{how's,how is,hows} it {going,looking} {with,on,for,over on}",
            "{fill,catch,bring,get,keep} me {in,up,up to speed,up to date,posted} on", "{bring,get} me up to speed{, with, on}", "{update,brief} me{, on, about}",
            "{talk,walk,run,take} me through{, where, what, how}", "{tell me,let me know,i'd like to know,i want to know,curious,i'm curious,wondering,i was wondering,any idea,do you know,you know,remind me} {how,where,what,whether,if,about}",
            "what's {happening,going on,up,new,doing,cooking,the latest,the story,the deal,the score}{, with, on, over, at}",
            "how {far,far along,close,much longer,long,much progress}{, has, is, are, have, did, until}", "where {we are,we're at,we stand,things are,things stand,it's at,it's got to}{, on, with}",
            "{doing,going,looking} {ok,okay,alright,all right,well,fine,good}", "all {right,good,well} {with,on}", "everything {ok,okay,all right,alright,good} {with,on,at}",
            "what's {it,that,that one,this one} {saying,doing,up to,stuck on,working on}", "how are {they,those,we} {doing,looking,going,getting on}",
            "how's {it,that,that one,this one,that thing} {doing,going,looking,coming,coming along,getting on,coming on,shaping up}",
            "{check,see,look} {how,whether,if,where,what}", "eyes on", "{come,became,become} of", "where {are,were} we{, at}{, on, with}", "where we at", "{talk,speak} to me about", "{,a ,a quick ,quick }{look,peek,check,glance} {at,on}", "{turn,turned,turning} out", "still on {hold,pause,ice}", "still {working,plugging,chugging,slogging} away", "{end,ended,ending} up with", "{,still }{sitting ,waiting ,stuck ,}in the queue", "{is,are,it,that} over", "{is,are} through", "{hear,know,tell me} about", "{moving,going} forward", "what is with",  "have a look at", "take a look at", "keeping busy",
        ),
        "doing": (
            "{doing,going,looking,coming,coming along,coming on,getting on,getting along,faring,fare,progressing,holding up,shaping up,moving,moving along,ticking along,working,working on,up to,at,busy with,about,saying,waiting on,waiting for}",
            "{happening,happened,happen}{, to, with}", "{gotten,end up,get on,got on,do,did,go,went,look,change,changed,find,found,manage,managed,need,needs,want,wants,cost,spend,spent,stuck,running,alive,ok,okay,alright,all right}",
        ),
        "asking": (
            "{how'd,where'd,what'd,why'd,how's it,did we,have we,how,how's,hows,how're,how are,how is,what,what's,whats,what is,what are,what're,where,where's,wheres,where is,where are,when,when's,why,why's,which,who,who's,is,are,was,were,has,have,did,does,isn't,aren't,hasn't,haven't,didn't,anyone,anybody,any,anything come,how far,how much,how many}",
            "{tell me,let me know,show me,give me,give us,tell us,let me see,i'm curious,curious,wondering,i wonder,remind me}", "about",
        ),
        Intent.PAUSE: (
            "{pause,paws,pores,pours,pose,pausing,suspend,freeze,snooze,park,hold,hold off,hold up,pause on,hold onto}{, on, with}", "on {hold,ice,pause,the back burner,standby}",
            "{can,could,should} wait", "to {wait,chill,hold}", "{to one side,aside,to sleep}", "{take,have,grab} a {break,breather,rest,pause,nap}", "a {little ,short ,quick ,}{break,breather,rest,pause,time out,timeout}",
            "{stand by,stand down for now,sit tight,hang tight,hang fire,on pause,into pause,in pause,to pause}", "down tools", "a pin in{, it}", "should {take,make,have} a {break,pause,rest}", "{make,do,take,have} {a pause,pause,a break}", "be {paused,suspended,put on hold}", "cool {its,their,your} {heels,jets}",
        ),
        Intent.RESUME: (
            "{resume,resumes,resuming,unpause,un pause,unfreeze,unsuspend,continue,proceed,restart,reactivate,wake,wake up,rezoom,re zoom,reassume,presume,release}{, with, on}",
            "{carry,go,press,push,crack,move} on{, with, again}", "keep {going,working,at it,on going,rolling}{, with, on}", "pick {back up,up,it up,up again,back up again}",
            "{going,running,moving,rolling,working,up,started,ticking} again", "back {to work,on,on it,to it,up,up and running,on track,in action,in business,in the game,to}{, again}", "up and running again",
            "{start,started,starting,go ahead,get going,begin} again", "go ahead again", "good to {go,continue,carry on,resume}", "{clear,free,fine,safe,okay,ok,ready} to {go,continue,carry on,resume,proceed}",
            "{the green light,a green light,the go ahead,the all clear,off hold,off pause,off ice,off the ice,off the back burner,another go}",
            "{finish,finish up,finish off} {its work,the job,what it started}", "{get,set} going again", "loose{, again}", "run again", "{on,off} again", "{turn,switch} {on,back on}{, again}", "back {into,in} gear", "{run,go,work,move} further", "{pick,picking,carry,start,continue,resume,keep going} {up ,on ,from ,}where {you,it,we,they} {left,were}{ off,}{, on, with}", "{can,may,could,should} {go,go on,go ahead,run,run again,go again,start again,carry on,continue,proceed,resume,be resumed,be continued,be restarted,be unpaused}{, its work, with it}", "be {resumed,continued,restarted,unpaused}", "{resumed,continued,restarted,unpaused}", "{continue,resume,finish} {its,their,the} work",
        ),
        "maybe resume": ("go ahead{, with}", "back"),
        Intent.STOP: (
            "{discontinue,dump,ax,stop,kill,cancel,terminate,abort,end,quit,scrap,bin,ditch,axe,drop,nuke,halt,chuck,dismiss,shut,toss,stopping,killing,cancelling,canceling,zap,murder}{, with}",
            "{shut,shutting,tear,take,close} down", "call{ off,}", "call {it a day,it quits,a halt,a stop,time,an end}{, to, on, for, with}", "pull the {plug,pin}{, on}", "{put,bring} {an end,a stop,a halt,an} {to,end to}",
            "{to,to a,to an} {end,halt,stop}", "get rid of", "abandon{, the work on, work on}", "{the flick,the boot,the chop,the axe,the bullet}", "be {stopped,cancelled,canceled,killed,ended,terminated,aborted}", "{done,finished} with{, it}", "enough of", "{throw,chuck,knock,turn,switch,cut} {out,away,off}", "{give up on,stop working on,do away with}",
            "{on the head,out of its misery,for good and all,in the bin,to death,to rest}", "{stopped,cancelled,canceled,killed,terminated,aborted,binned,scrapped,ended}",
        ),
        "hedge": (
            "{i,we} {could,can,might,may,would,will,should,had,did,have,was,were,thought,think}", "{i'll,we'll,i've,we've,i'd,we'd}", "{should,might,may,maybe,perhaps,probably}",
            "{can,could,should,shall,may,must,do} {i,we}",
        ),
        "": (
            *_NOT_NEEDED,
            "{please,thanks,thank you,please and thank you,cheers,ta,thank you very much,thanks a lot,kindly,just,really,actually,simply,then,now,right now,right away,real quick,really quick,quick,quickly,so,and,ok,okay,well,also,too,as well,together,already,yet,still,even,ever,currently,finally,exactly,honestly,immediately,asap}",
            "{on earth,the hell,the heck,in the world,by any chance,at all,for me,for us,to me,for now,for a bit,for a while,for a minute,for a moment,for a second,for a sec,a sec,a bit,a moment,a minute,a while,for the moment,for the time being,until later,till later,in the meantime,at the moment,so far,these days,over there,in there,up there,over here,there,here}",
            "{until,till,til} {later,tomorrow,after lunch,lunch,tonight,monday,next week,further notice,i'm back,i get back,i say so,the morning}", "before {stand up,standup,the stand up,lunch,the meeting,my meeting,the demo}", "today{, please}", "{this,tomorrow} morning",
            "{or,of,on,in,for,to,with,about,over,from,up,out,off,down,the,a,an,my,our,your,its,it's,that's,'s,is}", "{or what,or not,or something,or so,or anything,yet or not}", "{one,the one} is it that's", "which one is it that's",
            "{i,we} {want,need,would like,wanna}", "{i'd,we'd} {like,love}{, to}", "{like,want,need} {it,them}", "{i,we}{'d,} just {want,like,need}", "{you,u,ya}", "{can,could,would,will} you", "{you can,you could,you may,can we,could we,let's,lets,go ahead and,feel free to,go on and,you might as well,we might as well,might as well}",
            "{put,give,take,let,have,pick,pop,turn,switch,kick,run,make,get,set,keep,leave,bring,send,do,sit,got,get it,be,being,been,needs to,has to,wants to,ought to,can,may,could}", "{sat,sitting,just sitting,hanging}{, around}", "{me,us,us all}", "{gimme,give me,just} a {sec,minute,moment,second}", "let me",
            "{where,from where} {it,we,they} left {off,it}", "{from ,}where {we,i,it} {stopped,were,was left,had stopped,was stopped,had left off,was}", "for {some,a little,a short} {time,while,days}", "{for good,outright,altogether,completely,entirely,totally,dead,straight away,straightaway,at once,for ever,forever}", "all",
            "{i think,i guess,i suppose,i reckon,you know,if you would,if you like,if you can,if you don't mind,when you can,when you get a chance,when you get a sec}", "{mate,buddy,cadence,man,legend,champ,boss,bud,bro,pal,team,folks,guys}", "{will,would,could,can} {you,ya,u}", "for {the weekend,today,tonight,now please,us,an hour,the day,the night}", "while i'm {out,away,in a meeting,driving,at lunch}", "{righto,alrighty,nah,nope,ah,oh,hey,oi,um,er}", "{fully,only,please do,further}",
        ),
    },
    pronouns=frozenset(["it", "that", "this", "he", "she"]),
    articles=frozenset(["a", "an", "some", "another"]),
    before_amounts=frozenset(["the", "all", "of", "those", "these", "at", "in", "by", "under", "over", "than", "about", "around"]),
    never_first=frozenset(["for", "from", "by", "over", "into", "and", "or"]),
    plural_pronouns=frozenset(
        ["them", "they", "em", "'em", "these", "those", "both", "both of them", "both of em", "all of them", "all of em", "the two of them", "the pair of them", "the pair", "the lot", "the lot of them"]
    ),
    never_before=rf"^(?:is|are|was|were|did|does|do|has|have|how|what|why|where|who|which|can|could|will)\b|\b(?:{_VERBS}|{_IFS}|{_SAID}|{_TRICKS}|agents?|bots?)\b",
    never_behind=rf"\b(?:{_VERBS}|{_IFS}|{_TRICKS}|or|new agent|an agent|another agent)\b",
    reason_begins=(
        r"(?:it|it's|its|i|i'm|i've|i'll|we|we're|we've|we'll|they|they're|that's|that was|he|he's|she|she's|there's|there is|(?:my|our) \w+(?:'s| is| are| has| wants| needs)|the \w+(?: \w+)?'s|the \w+ (?:is|are|has|have|needs|wants|was)|"
        r"somebody|someone|everyone's|nobody|\w+'s (?:gone|got|not|been|down|back|here|asking|going|coming|taking|still|already|in|on)|so (?:i|we|that|my|the)|because|cause|cuz|cos|since|as (?:i|we|it|the)|no (?:need|point|longer|rush)|not needed) "
    ),
    tells=r"(?:i was|i'm|i am|i had|we were|we're|it's|it was|that was|my \w+ (?:is|was|just|has)|there was|somebody's|someone's) ",
    negated=r"\b(?:not|never|no|nobody|none|don't|doesn't|didn't|can't|cannot|won't|isn't|aren't|wasn't|shouldn't|wouldn't|couldn't|haven't|hasn't)\b",
)  # fmt: skip

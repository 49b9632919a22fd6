"""German: how people take back what they said and say something else."""

_WAIT = r"(?:warte(?: mal)?|wart(?: mal)?|moment(?: mal)?|stopp mal|halt(?: mal)?|sekunde)"
_NO = r"(?:nein|nee|ne|no|noe|neh)"
_VERB = r"(?:pausier\w*|stopp\w*|brich|beend\w*|setz\w*|fortsetzen|abbrechen|weiter\w*|starte\w*|agent|nummer|auf|im|in|den|die|das|lieber|nur)"

# Wherever they stand.
CORRECTIONS = (
    rf"{_NO}(?: ,)? {_WAIT}|{_WAIT}(?: ,)? {_NO}|(?:ach|oh|ah) {_NO}|{_NO}(?: ,)? {_NO}|{_NO}(?: ,)? doch(?: lieber)?|{_NO}(?: ,)? (?:quatsch|sorry|falsch|entschuldigung|besser|lieber|stimmt nicht)|"
    r"ich mein(?:e|te)?(?: naturlich)?|ich wollte sagen|wollte sagen|meine ich|mein ich|quatsch|blodsinn|unsinn|korrektur|korrigiere|besser gesagt|vielmehr|beziehungsweise|respektive|"
    r"sorry|entschuldigung|entschuldige|tschuldigung|verzeihung|pardon|ich korrigiere(?: mich)?|anders rum|andersrum|hab mich versprochen|ich hab mich versprochen|versprochen|ach quatsch|ach was|mist|"
    rf"{_NO}(?= {_VERB}\b)"
)
# Only behind punctuation, or behind another one.
WEAK_CORRECTIONS = (
    rf"{_NO}|{_WAIT}|doch|doch lieber|besser|lieber|eher|oder(?: nein| besser| lieber| doch)?|ach|ah|oh|falsch|stimmt nicht|also|sondern|anders|obwohl|wobei|weißt du was|ach weißt du was|verdammt|mist|"
    r"falscher agent|falsches repo|das war falsch|bzw|sag ich mal|genauer gesagt|egal"
)
MAKE_IT = r"(?:mach (?:das|es|lieber|doch)?(?: lieber)?|nimm(?: lieber| doch)?|auf|das soll|ich will|ich mochte|es ist|das ist|setz ihn|setz den|lieber|doch|eher|sondern|naturlich)(?= \S)"
NOT_THAT = r"nicht (?:auf |in |im |fur |bei |den |dem |der |das |die )*(?P<taken>[^,.;:!?]+?) (?:[,.;:!?] (?:sondern )?|sondern )"
FORGET = (
    r"(?:(?:ach )?vergiss es(?: einfach| wieder)?|(?:ach )?egal|schon gut|lass es(?: sein| gut sein| lieber| doch)?|lass (?:mal|gut sein|stecken)|nichts|doch nicht|lieber (?:doch )?nicht|doch lieber nicht|nicht|nein|nee|"
    r"lass ihn (?:doch |lieber )?(?:laufen|weiterlaufen|machen)|hat sich erledigt|nicht so wichtig|mach(?:s|'s| es| das)? (?:doch |lieber )?nicht|spater|jetzt nicht|nicht jetzt|alles gut|passt schon|ist egal|vergiss das|gar nichts|kommando zuruck|zuruck|abbruch)"
)
# "agent six, seven I mean"
MEANT_BEHIND = r" [,.;] (?P<meant>(?:[^ ,.;:!?]+ ){1,6}?)(?:mein(?:e|te)? ich|mein ich(?:'s)?|wollte ich sagen|ist gemeint|war gemeint)(?= [,.;:!?]|$)"

"""What recognisers write when nobody spoke: captions of films, noises, single stray words."""

import re

from mobile_api.speech.text import clean, plain

_HALLUCINATED = re.compile(
    r"(?:thank(?:s| you)(?: so much| very much)? (?:for (?:watching|listening|viewing|your attention|tuning in|joining)).*|"
    r"(?:please )?(?:don't forget to |do not forget to )?(?:like and )?subscribe\b.*|.*\blike and subscribe\b.*|"
    r".*\bamara ?\.? ?org\b.*|subtitles? (?:by|made|created|provided).*|sous titres? .*|untertitel\w* .*|subtitulos .*|"
    r"(?:see|catch) you (?:in the )?(?:next (?:time|video|one|week)|later|soon|tomorrow)|i'll see you.* next .*|(?:bye|goodbye|good bye)(?: ,? ?(?:bye|now))*|"
    r"(?:translated|translation|transcription|transcribed|captions?|captioned) by .*|.*\ball rights reserved\b.*|copyright .*|"
    r"(?:you|the|a|i|so|oh|ah|mm|hm|hmm|uh|um|bye|okay|ok|yeah|yes|no|thanks|thank you(?: very much| so much)?|right|mhm|and|but|well|hey|hello|hi|music|applause|"
    r"laughter|silence|inaudible|blank audio|beep|foreign|cough|sigh|noise|www\S*)(?: (?:you|the|thank you|okay|ok|yeah|bye|mm|hm|uh|um|so|right|no|yes))*|"
    r"danke(?: schon)?|vielen dank(?: furs? zuschauen.*)?|gracias(?: por ver.*)?|merci(?: d'avoir regarde.*)?|(?:bis )?(?:zum )?nachsten mal)"
)


def is_nothing(transcript: str) -> bool:
    """Whether *transcript* is empty, a noise, or one of the sentences heard in silence."""
    text = plain(clean(transcript)).strip(" ,.;:!?")
    text = " ".join(re.sub(r"[,.;:!?]", " ", text).split())
    if not re.search(r"[^\W\d_]", text):
        return True
    return _HALLUCINATED.fullmatch(text) is not None

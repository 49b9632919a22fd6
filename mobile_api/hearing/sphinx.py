"""The recogniser of this machine: PocketSphinx with a grammar, kept between commands."""

from functools import lru_cache

from pocketsphinx import Config, Decoder, get_model_path

_RATE = 16_000
_PAD = bytes(2 * _RATE // 5)  # a fifth of a second of silence before and behind


@lru_cache(maxsize=1)
def _decoder() -> Decoder:
    model = f"{get_model_path()}/en-us"
    config = Config(
        hmm=f"{model}/en-us", dict=f"{model}/cmudict-en-us.dict", lm=None, samprate=_RATE,
        loglevel="FATAL",
    )  # fmt: skip
    return Decoder(config)


def recognised(samples: bytes, grammar: str, sounds: dict[str, str]) -> str:
    """Return the sentence of the JSGF *grammar* that *samples* fit best, empty for none.

    *sounds* gives phones for words that may be missing in the dictionary.
    """
    decoder = _decoder()
    for word, phones in sounds.items():
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, phones, True)
    decoder.add_jsgf_string("command", grammar)
    decoder.activate_search("command")
    decoder.start_utt()
    decoder.process_raw(_PAD + samples + _PAD, full_utt=True)
    decoder.end_utt()
    best = decoder.hyp()
    return best.hypstr if best is not None else ""

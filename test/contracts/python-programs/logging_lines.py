# prints: ^done$
# complains: INFO run: step 1
import logging

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", handlers=[logging.StreamHandler(), logging.FileHandler("run.log")])
logging.getLogger("run").info("step 1")
print("done")

# prints: ^1000 0\.1 True$
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--n", type=int, default=1000)
parser.add_argument("--step", type=float, default=0.1)
options = parser.parse_args()
print(options.n, options.step, __name__ == "__main__")

# prints: ^285 \[3\.1\d\] spawned$
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np


def square(n):
    return n * n


def estimate(seed):
    points = np.random.default_rng(seed).random((200_000, 2))
    return round(4 * float(((points**2).sum(axis=1) < 1).mean()), 2)


def spawned(queue):
    queue.put("spawned")


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        total = sum(pool.map(square, range(10)))
    with ProcessPoolExecutor(2) as pool:
        estimates = list(pool.map(estimate, [1]))
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=spawned, args=(queue,))
    process.start()
    print(total, estimates, queue.get())
    process.join()

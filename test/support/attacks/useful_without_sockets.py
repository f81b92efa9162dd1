"""SR-H4: what scripts use goes on where the network's sockets are refused. Prints one word."""
import asyncio, concurrent.futures, multiprocessing, socket

import matplotlib.pyplot as plt
import numpy, pandas


def square(n):
    return n * n


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        assert pool.map(square, [1, 2, 3]) == [1, 4, 9]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(square, [4])) == [16]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(square, [5])) == [25]
    queue = multiprocessing.Queue()
    queue.put(1)
    assert queue.get() == 1
    plt.plot(numpy.arange(3))
    plt.savefig("figure.png")
    assert pandas.DataFrame({"a": [1, 2]}).a.sum() == 3
    async def several():
        process = await asyncio.create_subprocess_exec("echo", "said", stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        await asyncio.gather(*(asyncio.sleep(0.01) for _ in range(9)), asyncio.to_thread(square, 3))
        return said

    assert asyncio.run(several()) == b"said\n"
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family)
            print("a socket of", family)
        except PermissionError:
            pass
    print("worked")

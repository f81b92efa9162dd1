# prints: ^\[0, 1, 4, 9\] \[0, 1, 2\]$
import time

from joblib import Memory, Parallel, delayed


def square(n):
    time.sleep(0.01)
    return n * n


print(Parallel(n_jobs=2)(delayed(square)(n) for n in range(4)), Parallel(n_jobs=2, prefer="threads")(delayed(int)(n) for n in range(3)))

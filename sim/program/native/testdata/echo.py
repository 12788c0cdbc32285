# Answers "ask CLIENT CALL relay NODE" after a message to that node and back: see guest_test.go.
import sys

name = sys.argv[-1]
for line in sys.stdin:
    words = line.split()
    if words[0] == "ask":
        print("say", words[4], "pass", words[1], words[2])
    elif words[2] == "pass":
        print("say", words[1], "passed", words[3], words[4], name)
    elif words[2] == "passed":
        print("tell", words[3], words[4], "relayed by", words[5])

"""Types into jupyter console and prints what it answers."""
import subprocess
import sys

typed = 'x = 41\nx + 1\nprint("hello " + str(x))\n'
done = subprocess.run([sys.executable, "-m", "jupyter_console", "--kernel", "wnb", "--simple-prompt"], input=typed, text=True, capture_output=True)
print(done.stdout)

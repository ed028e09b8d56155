"""Executes a notebook with nbconvert, as the shell does, and prints what the page of it shows."""
import re
import subprocess
import sys

import nbformat

nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "wnb", "display_name": "wnb", "language": "starlark"}})
nb.cells = [nbformat.v4.new_code_cell(s) for s in ["x = 41", "print(x)\nx + 1", "plot.hist(frame({'n': [1, 2, 2, 3]})['n'])"]]
nbformat.write(nb, "n.ipynb")
subprocess.run([sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "n.ipynb"], check=True, capture_output=True)
page = open("n.html").read()
print(re.findall(r"<pre>(\d+)\s*</pre>", page), page.count("<svg"))

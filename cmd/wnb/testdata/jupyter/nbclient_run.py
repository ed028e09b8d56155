"""Runs a notebook through nbclient and prints what its cells show, a line each."""
import nbclient
import nbformat

sources = ["x = 20", "print(x)\nx + 1", "frame({'a': [1, 2]})", "fail('no')", "x + 2"]
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
client = nbclient.NotebookClient(nb, kernel_name="wnb", allow_errors=True)
client.execute()
for cell in nb.cells:
    print([o.get("text") or o.get("evalue") or o["data"]["text/plain"].splitlines()[-1] for o in cell.outputs])

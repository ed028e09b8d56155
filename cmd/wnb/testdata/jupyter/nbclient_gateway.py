"""Runs a notebook through nbclient and a gateway, and prints what its cells show, a line each.

usage: nbclient_gateway.py URL TOKEN
"""
import sys

import nbclient
import nbformat
import websocket
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager

url, token = sys.argv[1:]
gateway = GatewayClient.instance()
gateway.url, gateway.auth_token = url, token
gateway.init_static_args()

# jupyter_server 1.23 sends its token with every request but that for the socket.
connect = websocket.create_connection
websocket.create_connection = lambda *a, **k: connect(*a, header=["Authorization: token " + token], **k)

sources = ["x = 20", "print(x)\nx + 1", "frame({'a': [1, 2]})", "fail('no')", "x + 2"]
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
client = nbclient.NotebookClient(nb, allow_errors=True)
client.km = GatewayKernelManager(kernel_name="wnb")
client.execute(kernel_name="wnb")
for cell in nb.cells:
    print([o.get("text") or o.get("evalue") or o["data"]["text/plain"].splitlines()[-1] for o in cell.outputs])

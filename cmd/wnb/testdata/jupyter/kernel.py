"""Jupyter's own conformance test of a kernel, on the installed kernelspec wnb."""
import unittest

import jupyter_kernel_test as jkt


class Wnb(jkt.KernelTests):
    kernel_name = "wnb"
    language_name = "starlark"
    file_extension = ".star"
    code_hello_world = "print('hello, world')"
    code_stderr = "warn('careful')"
    completion_samples = [
        {"text": "ml.Logi", "matches": {"LogisticRegression"}},
        {"text": "plot.hi", "matches": {"hist"}},
    ]
    complete_code_samples = ["x = 1", "print('a')", "def f():\n    return 1\n"]
    incomplete_code_samples = ["print('''hello", "f(", "def f():"]
    invalid_code_samples = ["import = 7q", "x = = 1"]
    code_generate_error = "fail('no')"
    code_execute_result = [{"code": "1+2+3", "result": "6"}]
    code_display_data = [{"code": "display(plot.hist([1, 2, 3]))", "mime": "image/svg+xml"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "plot.hist"

    def flush_channels(self):
        """Reads all that is under way: it comes before the answers to one more request.

        The suite's own waits for a tenth of a second of silence, in which a busy
        machine does not bring everything.
        """
        asked = self.kc.kernel_info()
        while self.kc.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != asked:
            pass
        while True:
            msg = self.kc.get_iopub_msg(timeout=60)
            if msg["parent_header"].get("msg_id") == asked and msg["content"].get("execution_state") == "idle":
                return


if __name__ == "__main__":
    unittest.main()

package builtin

// coreHelp is the documentation of a function that is Starlark's own, which
// carries none; nil for others.
func coreHelp(name string) *Func {
	for _, f := range []Func{
		{"abs", "x", "The number without its sign.", "abs(-3)", nil},
		{"all", "xs", "Whether no element is false, 0, empty or None.", "all([1, 2])", nil},
		{"any", "xs", "Whether an element is not false, 0, empty or None.", "any([0, 2])", nil},
		{"bool", "x=False", "False for 0, None and what is empty, else True.", "bool([])", nil},
		{"bytes", "x", "The UTF-8 bytes of a string, or bytes of numbers from 0 to 255.", "bytes([104, 105])", nil},
		{"chr", "i", "The character with the Unicode number i.", "chr(65)", nil},
		{"dict", "pairs=[], **kwargs", "A dict of pairs, of another dict, or of named values.", "dict(a=1, b=2)", nil},
		{"dir", "x", "The names of the attributes of a value, sorted.", "dir([])", nil},
		{"enumerate", "xs, start=0", "A list of (number, element) for each element.", "enumerate([\"a\", \"b\"])", nil},
		{"fail", "*args, sep=\" \"", "Ends the cell with an error that says the arguments.", "fail(\"no rows\")", nil},
		{"float", "x=0.0", "The number as a float; a string is read.", "float(\"1.5\")", nil},
		{"getattr", "x, name, default=None", "The attribute of a value by its name; without a default it must be there.", "getattr(\"a\", \"upper\")()", nil},
		{"hasattr", "x, name", "Whether a value has the attribute.", "hasattr(\"a\", \"upper\")", nil},
		{"hash", "x", "A number made from a string: the same for the same string, always.", "hash(\"a\")", nil},
		{"int", "x=0, base=10", "The number without what follows its point; a string is read.", "int(\"ff\", base=16)", nil},
		{"len", "x", "How many elements a value has; of a string, how many bytes.", "len([1, 2, 3])", nil},
		{"list", "xs=[]", "A list of the elements; a copy, which can be changed.", "list(range(3))", nil},
		{"max", "*args, key=None", "The largest argument, or the largest element of the only one.", "max([3, 1, 2])", nil},
		{"min", "*args, key=None", "The smallest argument, or the smallest element of the only one.", "min([3, 1, 2])", nil},
		{"ord", "s", "The Unicode number of the only character of a string.", "ord(\"A\")", nil},
		{"print", "*args, sep=\" \"", "Prints the arguments in a line.", "print(\"rows:\", 3)", nil},
		{"range", "start, stop=None, step=1", "The numbers from start up to stop, without it; from 0 if only one is given.", "range(1, 10, 2)", nil},
		{"repr", "x", "The value as text, as it is written in code.", "repr(\"a\")", nil},
		{"reversed", "xs", "A list of the elements from last to first.", "reversed([1, 2])", nil},
		{"set", "xs=[]", "The different elements, in the order they came.", "set([1, 2, 2])", nil},
		{"sorted", "xs, key=None, reverse=False", "A sorted list of the elements, or of what key makes of them.", "sorted([3, 1], reverse=True)", nil},
		{"str", "x", "The value as text.", "str(1.5)", nil},
		{"tuple", "xs=()", "A tuple of the elements.", "tuple([1, 2])", nil},
		{"type", "x", "The name of the type of a value.", "type(1)", nil},
		{"zip", "*args", "A list of tuples: the first elements of all arguments, the second ones, and so on.", "zip([1, 2], [\"a\", \"b\"])", nil},
	} {
		if f.name == name {
			return &f
		}
	}
	return nil
}

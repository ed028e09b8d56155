package notebooks

// FrontMatter is the YAML head of a document.
type FrontMatter struct {
	// Raw is the YAML text between the --- lines, exactly as written: unknown
	// keys, comments and order are kept. When it is empty, Print makes it from
	// Title and Description.
	Raw string
	// Version is the format version, the key wnb.
	Version     int
	Title       string
	Description string
	// Tags hold the map of the file; the words of a list become keys without
	// value.
	Tags   map[string]string
	Params []Param // in file order
	// Config is the value of the key config, nil without one. Values are
	// int64, float64, bool, string, nil, []any and map[string]any.
	Config map[string]any
}

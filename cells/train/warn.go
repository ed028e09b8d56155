package train

// Warner is implemented by models that have something to say about their fit,
// such as that it did not converge.
type Warner interface{ Warnings() []string }

// WarningsOf are the warnings of a model, nil if it has none.
func WarningsOf(m Classifier) []string {
	if w, ok := m.(Warner); ok {
		return w.Warnings()
	}
	return nil
}

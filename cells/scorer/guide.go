package scorer

import _ "embed"

// Guide is AUTHORS.md, the guide for authors of extensions.
//
//go:embed AUTHORS.md
var Guide string

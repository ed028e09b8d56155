// Package dist holds the page of wnb as frontend/web/build.mjs makes it from
// frontend/web/src: each file packed with gzip and with Brotli, and the HTML
// also plain, since it is filled in for each answer.
package dist

import "embed"

// Files are the files of the page by name.
//
//go:embed *.html *.gz *.br
var Files embed.FS

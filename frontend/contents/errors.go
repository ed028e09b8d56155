package contents

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Errors to test with errors.Is; the text of the error says more.
var (
	ErrNotFound = errors.New("not found")                  // also hidden, or outside of the root (404)
	ErrInvalid  = errors.New("invalid request")            // wrong path, type, format or content (400)
	ErrExists   = errors.New("there is such a file")       // a rename would overwrite (409)
	ErrConflict = errors.New("the file changed")           // a save does not build on what is there (409)
	ErrTooLarge = errors.New("too large")                  // to be sent in one piece (413)
	ErrDenied   = errors.New("the file system forbids it") // permissions (403)
	ErrFull     = errors.New("there is no space left")     // disk or quota (507)
)

// fileError turns what the file system says about an API path into one of the
// errors above.
func fileError(what, apiPath string, err error) error {
	if err == nil {
		return nil
	}
	name := display(apiPath)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrInvalid), errors.Is(err, ErrExists),
		errors.Is(err, ErrConflict), errors.Is(err, ErrTooLarge), errors.Is(err, ErrFull):
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
		return fmt.Errorf("%s: %w", name, ErrNotFound)
	case errors.Is(err, syscall.ENAMETOOLONG):
		return fmt.Errorf("%s: the name is too long: %w", name, ErrInvalid)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s %s: %w: %w", what, name, ErrDenied, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%s %s: %w; what was there before is untouched: free some space and try again (%w)", what, name, ErrFull, err)
	}
	return fmt.Errorf("%s %s: %w", what, name, err)
}

func display(apiPath string) string {
	if apiPath == "" || apiPath == "." {
		return "/"
	}
	return apiPath
}

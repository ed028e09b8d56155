package frame

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The methods named Str... work on String columns, each distinct text once.
// Null stays null. Of another dtype they are an error.

// StrLower is the text in lower case.
func (s *Series) StrLower() (*Series, error) { return s.mapTexts("str.lower", strings.ToLower) }

// StrUpper is the text in upper case.
func (s *Series) StrUpper() (*Series, error) { return s.mapTexts("str.upper", strings.ToUpper) }

// StrStrip removes the characters of cutset from both ends; "" stands for white
// space.
func (s *Series) StrStrip(cutset string) (*Series, error) {
	return s.mapTexts("str.strip", func(text string) string {
		if cutset == "" {
			return strings.TrimFunc(text, unicode.IsSpace)
		}
		return strings.Trim(text, cutset)
	})
}

// StrReplace replaces every occurrence of old, literally.
func (s *Series) StrReplace(old, with string) (*Series, error) {
	return s.mapTexts("str.replace", func(text string) string { return strings.ReplaceAll(text, old, with) })
}

// StrContains tells whether the text contains part, literally.
func (s *Series) StrContains(part string) (*Series, error) {
	return s.testTexts("str.contains", func(text string) bool { return strings.Contains(text, part) })
}

// StrStartsWith tells whether the text starts with prefix.
func (s *Series) StrStartsWith(prefix string) (*Series, error) {
	return s.testTexts("str.startswith", func(text string) bool { return strings.HasPrefix(text, prefix) })
}

// StrEndsWith tells whether the text ends with suffix.
func (s *Series) StrEndsWith(suffix string) (*Series, error) {
	return s.testTexts("str.endswith", func(text string) bool { return strings.HasSuffix(text, suffix) })
}

// StrLen is the number of characters (code points).
func (s *Series) StrLen() (*Series, error) {
	lengths, err := perText(s, "str.len", func(text string) int64 { return int64(utf8.RuneCountInString(text)) })
	if err != nil {
		return nil, err
	}
	return ofInts(s.name, lengths, s.nulls), nil
}

func (s *Series) testTexts(op string, f func(string) bool) (*Series, error) {
	found, err := perText(s, op, f)
	if err != nil {
		return nil, err
	}
	return ofBools(s.name, found, s.nulls), nil
}

// mapTexts may make texts equal, so it codes the results anew.
func (s *Series) mapTexts(op string, f func(string) string) (*Series, error) {
	texts, err := perText(s, op, f)
	if err != nil {
		return nil, err
	}
	out := newDictBuilder(s.n)
	for i, text := range texts {
		if s.nulls.get(i) {
			out.addNull()
		} else {
			out.add(text)
		}
	}
	return out.series(s.name), nil
}

// perText applies f to every row, once per distinct text.
func perText[T any](s *Series, op string, f func(string) T) ([]T, error) {
	if s.dtype != String {
		return nil, typeError(op, s)
	}
	out := make([]T, s.n)
	if len(s.dict) > s.n { // a small part of a large column
		for i, code := range s.codes {
			if code >= 0 {
				out[i] = f(s.dict[code])
			}
		}
		return out, nil
	}
	results := make([]T, len(s.dict))
	for k, text := range s.dict {
		results[k] = f(text)
	}
	for i, code := range s.codes {
		if code >= 0 {
			out[i] = results[code]
		}
	}
	return out, nil
}

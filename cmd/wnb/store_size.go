package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units of sizes, from the largest: powers of 1000, as disks are sold, and of 1024.
var units = []struct {
	name string
	size float64
}{
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3},
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"B", 1},
}

// errSize says how a size is written.
var errSize = errors.New("write a size such as 500MB, 5GB or 10GiB")

// parseSize reads a number of bytes: 500MB, 1.5 GiB, 1024.
func parseSize(text string) (int64, error) {
	number, unit := strings.TrimSpace(text), 1.0
	for _, u := range units {
		if head, ok := cutSuffixFold(number, u.name); ok {
			number, unit = strings.TrimSpace(head), u.size
			break
		}
	}
	if strings.Trim(number, "0123456789.") != "" {
		return 0, errSize
	}
	n, err := strconv.ParseFloat(number, 64)
	if size := math.Round(n * unit); err == nil && size < math.MaxInt64 {
		return int64(size), nil
	}
	return 0, errSize
}

func cutSuffixFold(s, suffix string) (string, bool) {
	at := len(s) - len(suffix)
	if at < 0 || !strings.EqualFold(s[at:], suffix) {
		return s, false
	}
	return s[:at], true
}

// sizeText writes a number of bytes for people, with three digits.
func sizeText(n int64) string {
	for _, u := range units[:4] {
		if float64(n) >= u.size*0.9995 {
			value, decimals := float64(n)/u.size, 0
			for limit := 99.95; value < limit && decimals < 2; limit /= 10 {
				decimals++
			}
			return strconv.FormatFloat(value, 'f', decimals, 64) + " " + u.name
		}
	}
	return fmt.Sprintf("%d B", n)
}

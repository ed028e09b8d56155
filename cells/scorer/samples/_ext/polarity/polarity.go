package main

import (
	"encoding/json"
	"errors"
	"strings"
)

var words = map[string]int{
	"good": 1, "great": 1, "excellent": 1, "love": 1, "best": 1,
	"bad": -1, "poor": -1, "boring": -1, "dull": -1, "worst": -1,
}

// Transform answers one request: polarity 2 is positive, 1 negative.
func Transform(in []byte) ([]byte, error) {
	var request struct{ Text *string }
	if err := json.Unmarshal(in, &request); err != nil {
		return nil, err
	}
	if request.Text == nil {
		return nil, errors.New(`the request has no "text"`)
	}
	balance := 0
	for _, word := range strings.FieldsFunc(strings.ToLower(*request.Text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		balance += words[word]
	}
	answer := struct {
		Polarity int    `json:"polarity"`
		Message  string `json:"message"`
	}{2, "positive"}
	if balance < 0 {
		answer.Polarity, answer.Message = 1, "negative"
	}
	return json.Marshal(answer)
}

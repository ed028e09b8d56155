package builtin

import "testing"

func TestSmoke(t *testing.T) {
	for _, src := range []string{
		`frame({"a":[1,2,3],"b":["x","y","x"]})`,
		"df = frame({\"a\":[1,2,3],\"b\":[\"x\",\"y\",\"x\"]})\ndf[df.a > 1].group_by('b').agg({'a':['mean','max']}, n='count')",
		"1 + series([1,2,None])",
	} {
		t.Log("\n" + shown(t, value(t, newHost(), src, nil)))
	}
}

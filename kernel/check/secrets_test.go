package check

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// planted are secrets that are made up. They are put together here so that no
// scanner takes this file for a leak.
var planted = map[string]string{
	"aws":       "AKIA" + "Q3EGRIDJ5VN4YJXB",
	"github":    "ghp_" + strings.Repeat("a1B2", 9),
	"gitlab":    "glpat-" + "x9Y8w7V6u5T4s3R2q1P0",
	"slack":     "xoxb-" + "123456789012-abcdefGHIJKL",
	"hook":      "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXX",
	"model":     "sk-" + "proj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6",
	"google":    "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
	"hub":       "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
	"key":       "-----BEGIN RSA " + "PRIVATE KEY-----",
	"address":   "postgres://me:" + "s3cr3tw0rd" + "@db.example.org/wine",
	"random":    "kJ8zQ1vX4mN7bT2cR9wL5pY3dF6gH0sA" + "e8Uo",
	"by name":   "hunter-2-and-more",
	"by entry":  "another one, longer",
	"by letter": "zq9x",
}

// pieces of a secret that must not be shown.
func leak(secret string) string {
	if i := strings.Index(secret, ":s3"); i > 0 {
		return "s3cr3tw0rd"
	}
	return secret[min(5, len(secret)-4):]
}

func TestSecretsAreFoundAndNotShown(t *testing.T) {
	sources := map[string]string{
		"by name":   "db_password = \"%s\"\nprint(len(db_password))",
		"by entry":  "print({\"api_key\": \"%s\"})",
		"by letter": "print(dict(secret_key=\"%s\"))",
	}
	for name, secret := range planted {
		t.Run(name, func(t *testing.T) {
			source := "x = [\"%s\"]\nprint(x, ml.nothing, \"%s\")"
			if s, ok := sources[name]; ok {
				source = s
			}
			src := text("~~~starlark {#a}\n" + strings.ReplaceAll(source, "%s", secret) + "\n~~~\n")
			ds := File(t.Context(), src, Options{Name: "n.wnb"})
			if len(ds) == 0 || ds[0].Code != secretText {
				t.Fatalf("it was not found: %v", brief(ds))
			}
			var shown bytes.Buffer
			for _, write := range []func() error{
				func() error { return WriteText(&shown, ds, true) }, func() error { return WriteJSON(&shown, ds) },
				func() error { return WriteGitHub(&shown, ds) }, func() error { return WriteSARIF(&shown, ds, "1") },
			} {
				if err := write(); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(shown.String(), leak(secret)) {
				t.Errorf("the secret is shown:\n%s", shown.String())
			}
		})
	}
}

func TestSecretsElsewhere(t *testing.T) {
	token := planted["github"]
	src := text("---\nwnb: 1\nparams:\n  password: {default: \"" + planted["by name"] + "\"}\n  url: \"" + planted["address"] + "\"\n---\n\nprose with " + token + "\n\n" +
		"~~~sql {#q}\nSELECT '" + token + "'\n~~~\n\n~~~starlark {#a}\nprint(params)\n~~~\n")
	ds := File(t.Context(), src, Options{Name: "n.wnb"})
	if len(ds) != 4 {
		t.Fatalf("found %v", brief(ds))
	}
	out, err := json.Marshal(ds)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{leak(token), planted["by name"], "s3cr3tw0rd"} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("%s is shown in %s", secret, out)
		}
	}
}

// A file that cannot be read is quoted in its messages, too.
func TestSecretsOfAFileThatCannotBeRead(t *testing.T) {
	ds := File(t.Context(), []byte("---\nwnb: 1\n---\n\n```starlark {#a key="+planted["github"]+"!\"}\n```\n"), Options{Name: "n.wnb"})
	var shown bytes.Buffer
	if err := WriteText(&shown, ds, false); err != nil || len(ds) == 0 {
		t.Fatal(err, ds)
	}
	if strings.Contains(shown.String(), leak(planted["github"])) {
		t.Errorf("the secret is shown:\n%s", shown.String())
	}
}

func TestHarmlessTexts(t *testing.T) {
	for _, line := range []string{
		`digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`,
		`uuid = "123e4567-e89b-12d3-a456-426614174000"`, `token = "the"`, `password = ""`, `password = "changeme"`, `password = "<your password>"`,
		`api_key = "${API_KEY}"`, `password_column = "password"`, `password = "db_password"`, `x = {"password": "pwd_hash"}`, `key = "a plain sentence of words"`,
		`name = "GradientBoostingClassifierWithLearningRate01AndDepth3"`, `path = "data/2024/01/Wine-Quality/run_00012/features_v2.parquet"`,
		`url = "https://user@example.org/x"`, `alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"`,
		`key = "AKIAIOSFODNN7EXAMPLE"`, `skin = "sk-ish"`, `url = "http://localhost:8080/a@b"`, `fmt = "{}://{}:{}@{}"`,
	} {
		name, _, _ := strings.Cut(line, " = ")
		ds := File(t.Context(), text("~~~starlark {#a}\n"+line+"\nprint("+name+")\n~~~\n"), Options{Name: "n.wnb"})
		if len(ds) > 0 {
			t.Errorf("%s\n%v", line, brief(ds))
		}
	}
}

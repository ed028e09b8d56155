package server

import (
	"embed"
	"mime"
	"net/http"
	"path"
)

//go:embed logo.svg logo-32x32.png logo-64x64.png login.js page.css
var resources embed.FS

const kernelName = "wnb"

// kernelspec describes the one kernel there is.
func kernelspec() map[string]any {
	return map[string]any{
		"name": kernelName,
		"spec": map[string]any{
			"argv": []string{"wnb", "kernel", "-f", "{connection_file}"}, "env": map[string]string{},
			"display_name": "wnb (Starlark)", "language": "starlark", "interrupt_mode": "message",
			"metadata": map[string]any{},
		},
		"resources": map[string]string{
			"logo-32x32": "/kernelspecs/wnb/logo-32x32.png",
			"logo-64x64": "/kernelspecs/wnb/logo-64x64.png",
			"logo-svg":   "/kernelspecs/wnb/logo-svg.svg",
		},
	}
}

func listSpecs(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"default": kernelName, "kernelspecs": map[string]any{kernelName: kernelspec()},
	})
}

func getSpec(w http.ResponseWriter, r *http.Request) {
	if name := r.PathValue("name"); name != kernelName {
		fail(w, http.StatusNotFound, "there is no kernel "+quote(name)+"; there is "+kernelName)
		return
	}
	answer(w, http.StatusOK, kernelspec())
}

func specResource(w http.ResponseWriter, r *http.Request) {
	file := map[string]string{
		"logo-svg.svg": "logo.svg", "logo-32x32.png": "logo-32x32.png", "logo-64x64.png": "logo-64x64.png",
	}[r.PathValue("resource")]
	if r.PathValue("name") != kernelName || file == "" {
		fail(w, http.StatusNotFound, "there is nothing at "+r.URL.Path)
		return
	}
	resource(file)(w, r)
}

// resource serves a file that is part of the binary.
func resource(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := resources.ReadFile(name)
		if err != nil {
			fail(w, http.StatusNotFound, "there is nothing at "+r.URL.Path)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Cache-Control", "max-age=3600")
		send(w, data)
	}
}

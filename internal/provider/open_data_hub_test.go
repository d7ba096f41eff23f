package provider

import "testing"

func TestUnsavableAdvice(t *testing.T) {
	t.Parallel()
	const read = "Elyra reads such a file but cannot save it. "
	const (
		openDataHub = read + `It comes from Open Data Hub or OpenShift AI: each start of a workbench recreates it from the ConfigMap pipeline-runtime-images, so that renaming it does not last. It is managed where that comes from, as the guide "Open Data Hub" shows.`
		other       = read + "Rename the file, or create the image under another name; the data source elyra_runtime_image reads it as it is."
	)
	for name, want := range map[string]string{
		"datascience-python-3.12-ubi9": openDataHub, "python-3.11": openDataHub, "1.2.3": openDataHub, "under_score.dot": openDataHub,
		"Upper": other, "Python-3.11": other, ".hidden": other, "a..b": other, "a.": other, "1st": other, "größe.1": other,
	} {
		if got := unsavableAdvice(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

package provider

import (
	"strings"
	"testing"
)

func TestUnsavableAdvice(t *testing.T) {
	t.Parallel()
	for name, openDataHub := range map[string]bool{
		"datascience-python-3.12-ubi9": true, "python-3.11": true, "1.2.3": true, "under_score.dot": true,
		"Upper": false, "Python-3.11": false, ".hidden": false, "a..b": false, "a.": false, "1st": false, "größe.1": false,
	} {
		got := runtimeImageType.unsavableAdvice(name)
		if !strings.Contains(got, "Rename the file") || strings.Contains(got, "In a workbench of Open Data Hub") != openDataHub || strings.Contains(got, "It comes from") {
			t.Errorf("%s: %s", name, got)
		}
		if got := airflowType.unsavableAdvice(name); strings.Contains(got, "image") || strings.Contains(got, "Open Data Hub") {
			t.Errorf("the runtime %s: %s", name, got)
		}
	}
}

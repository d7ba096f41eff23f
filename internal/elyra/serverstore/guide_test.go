package serverstore

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const faultGuide = "../../../templates/guides/server-faults.md"

// TestGuide: the guide about server faults has the table that the rules give. With
// ACCEPT_GUIDE=1, the test writes it.
func TestGuide(t *testing.T) {
	content, err := os.ReadFile(faultGuide)
	if err != nil {
		t.Fatal(err)
	}
	const header = "| message | status | what to do | retried |\n|---|---|---|---|\n"
	before, after, found := strings.Cut(string(content), header)
	_, after, foundEnd := strings.Cut(after, "\n\n")
	if !found || !foundEnd {
		t.Fatal("the guide has no table of faults")
	}
	want := before + header + faultTable() + "\n" + after
	if os.Getenv("ACCEPT_GUIDE") != "" {
		if err := os.WriteFile(faultGuide, []byte(want), 0o600); err != nil { //nolint:gosec // the guide
			t.Fatal(err)
		}
		return
	}
	if want != string(content) {
		t.Errorf("the guide's table isn't what the rules give; to write it: ACCEPT_GUIDE=1 go test -run TestGuide ./internal/elyra/serverstore")
	}
}

// faultTable is a line for each kind of fault that isn't Elyra's word about one
// instance, sorted by its message.
func faultTable() string {
	base, _ := url.Parse("https://hub.example.com/user/jdoe") // it's one
	kinds := slices.DeleteFunc(slices.Clone(kinds), func(k *kind) bool { return k.elyra != nil })
	slices.SortFunc(kinds, func(a, b *kind) int { return cmp.Compare(strings.ToLower(a.happened), strings.ToLower(b.happened)) })
	code := regexp.MustCompile(`\n\n    (.*?)(\n\n|$)`)
	var b strings.Builder
	for _, k := range kinds {
		var seen []string
		for _, status := range k.statuses {
			switch {
			case status >= 100:
				seen = append(seen, fmt.Sprint(status))
			case status > 0:
				seen = append(seen, fmt.Sprint(status, "xx"))
			}
		}
		retried := "no"
		if k.is(transient) {
			retried = "yes"
		}
		next := strings.ReplaceAll(code.ReplaceAllString(explain(k.next, base), " `$1` "), "|", `\|`)
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", k.happened, strings.Join(seen, ", "), strings.TrimSpace(next), retried)
	}
	return b.String()
}

// TestKinds: every kind can be met, and says what happened and what to do, or an error of
// package elyra does.
func TestKinds(t *testing.T) {
	for i, k := range kinds {
		if k.elyra == nil && (k.happened == "" || k.next == "") {
			t.Errorf("%+v", k)
		}
		if isLast := i == len(kinds)-1; isLast != (k.matches == nil && len(k.statuses) == 0) || slices.Index(kinds, k) != i {
			t.Errorf("%q hides those after it, or is hidden", k.happened)
		}
	}
}

// TestDialTimeout: a dial that takes too long isn't a canceled context, though Go's
// error says that it is.
func TestDialTimeout(t *testing.T) {
	_, err := (&net.Dialer{Timeout: 1}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	if err == nil {
		t.Fatal("a nanosecond was enough")
	}
	if got := classify(&exchange{err: err}); got != timedOut {
		t.Errorf("%v is taken for %q", err, got.happened)
	}
}

package differential

import (
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

//go:embed testdata/oracle.py
var oracleScript string

// oracle is a Python process that answers for Elyra.
type oracle struct {
	questions *json.Encoder
	answers   *json.Decoder
	// prefix is Python's sys.prefix.
	prefix string
}

func newOracle(t *testing.T, e jupytertest.Elyra) *oracle {
	t.Helper()
	command := e.Command(t, []string{"TMPDIR=" + t.TempDir()}, oracleScript)
	command.Stderr = os.Stderr
	stdin, stdinErr := command.StdinPipe()
	stdout, stdoutErr := command.StdoutPipe()
	if err := errors.Join(stdinErr, stdoutErr, command.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // ended with the test, whatever it was at
	o := &oracle{questions: json.NewEncoder(stdin), answers: json.NewDecoder(stdout)}
	if err := o.answers.Decode(&o.prefix); err != nil {
		t.Fatal(err)
	}
	return o
}

// ask calls a function of the script, and decodes what it returns.
func (o *oracle) ask(function string, arguments map[string]any, answer any) error {
	arguments["ask"] = function
	return errors.Join(o.questions.Encode(arguments), o.answers.Decode(answer))
}

// TestMain sets how many cases there are of each kind, and the seed of all of them: 500, or twenty
// for each of ELYRA_FAULT_RUNS, and ELYRA_FAULT_SEED.
func TestMain(m *testing.M) {
	flag.Parse()
	checks, seed := 500, rand.Uint64()>>1
	if runs, err := strconv.Atoi(os.Getenv("ELYRA_FAULT_RUNS")); err == nil {
		checks = max(checks, 20*runs)
	}
	if given, err := strconv.ParseUint(os.Getenv("ELYRA_FAULT_SEED"), 10, 64); err == nil {
		seed = given
	}
	for name, value := range map[string]any{"checks": checks, "seed": seed, "nofailfile": true} {
		if err := flag.Set("rapid."+name, fmt.Sprint(value)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// known is a difference that is there on purpose, or that nobody meets.
type known[C any] struct {
	// reason says what differs, and why it may.
	reason string
	// example is a case that differs.
	example C
	// matches reports whether that may be why a case differs.
	matches func(C) bool
}

// kind is one kind of cases.
type kind[C any] struct {
	generate *rapid.Generator[C]
	// compare returns what the provider makes of a case and what Elyra does, to be equal.
	compare func(*oracle, C) (ours, theirs any, err error)
	known   []known[C]
}

// TestDifferences holds random cases of each kind against each Elyra, and checks that each known
// difference is still one.
func TestDifferences(t *testing.T) {
	jupytertest.Require(t)
	t.Logf("ELYRA_FAULT_SEED=%s, %s cases of each kind", flag.Lookup("rapid.seed").Value, flag.Lookup("rapid.checks").Value)
	names, documents, lists, searchPaths := nameKind(), documentKind(), listKind(t), searchPathKind(t)
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		t.Parallel()
		oracle := newOracle(t, e)
		t.Run("names", func(t *testing.T) { run(t, oracle, names) })
		t.Run("documents", func(t *testing.T) { run(t, oracle, documents) })
		t.Run("lists", func(t *testing.T) { run(t, oracle, lists) })
		if e != jupytertest.ODH { // whose jupyter_core is the newest, too
			t.Run("search paths", func(t *testing.T) { run(t, oracle, searchPaths) })
		}
	})
}

// run holds the examples and random cases against one Elyra.
func run[C any](t *testing.T, oracle *oracle, k kind[C]) {
	t.Helper()
	for _, difference := range k.known {
		ours, theirs, err := k.compare(oracle, difference.example)
		if err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(ours, theirs) || !difference.matches(difference.example) {
			t.Errorf("it doesn't differ, or doesn't match its own example: %s", difference.reason)
		}
	}
	counts := make([]int, len(k.known))
	hold := func(t rapid.TB, c C) {
		ours, theirs, err := k.compare(oracle, c)
		switch {
		case err != nil:
			t.Fatal(err)
		case reflect.DeepEqual(ours, theirs):
			return
		}
		for i, difference := range k.known {
			if difference.matches(c) {
				counts[i]++
				return
			}
		}
		t.Fatalf("%+v\nours   %+v\ntheirs %+v", c, ours, theirs)
	}
	rapid.Check(t, func(r *rapid.T) { hold(r, k.generate.Draw(r, "case")) })
	for i, difference := range k.known {
		t.Logf("known, %d of the cases: %s", counts[i], difference.reason)
	}
}

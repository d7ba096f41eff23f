//go:build unix

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// unprivileged is a workspace in files whose commands run as a user who has to obey permissions, with a home and a
// temporary directory of their own.
func unprivileged(t *testing.T) (w workspace, home, temp string) {
	t.Helper()
	w = newFilesWorkspace(t)
	base, err := os.MkdirTemp("/tmp", "elyra") //nolint:usetesting // TMPDIR may be private
	must(t, err)
	t.Cleanup(func() {
		_ = filepath.WalkDir(base, func(path string, _ os.DirEntry, _ error) error { return os.Chmod(path, 0o700) })
		_ = os.RemoveAll(base)
	})
	config, err := overriding()
	must(t, err)
	bin := filepath.Dir(config)
	w.run(fmt.Sprintf("mkdir %[1]s/work %[1]s/home %[1]s/tmp %[1]s/near %[1]s/far && cp -r %[2]s %[1]s/bin && sed 's|%[2]s|%[1]s/bin|' %[2]s/terraform.rc >%[1]s/bin/terraform.rc && chmod -R a+rX %[1]s", base, bin))
	home, temp = filepath.Join(base, "home"), filepath.Join(base, "tmp")
	w.dir = filepath.Join(base, "work")
	w.a = filesPlace(filepath.Join(base, "near"), filepath.Join(base, "far"))
	w.at = w.a
	w.env = []string{"HOME=" + home, "TMPDIR=" + temp, "TF_CLI_CONFIG_FILE=" + filepath.Join(base, "bin", "terraform.rc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	if os.Geteuid() == 0 {
		const nobody = 65534
		w.attributes = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		for _, dir := range []string{w.dir, home, temp, w.a.near, w.a.far} {
			must(t, os.Chown(dir, nobody, nobody))
		}
	}
	if output, err := w.try("terraform version"); err != nil {
		testenv.Missing(t, "a Terraform that other users can run", "put one on PATH: "+output)
	}
	return w, home, temp
}

// TestAccOwnership_leavesNothing: the provider keeps no notes. Plans and applies work with a home that can't be
// written to and with none, and leave nothing there or in the temporary directory.
func TestAccOwnership_leavesNothing(t *testing.T) {
	t.Parallel()
	for _, unset := range []string{"", "unset HOME; "} {
		w, home, temp := unprivileged(t)
		w.run("chmod 500 " + home)
		w.write(image("x", "My image"), exclusive("it", "elyra_runtime_image.x.name"))
		w.run(unset + apply)
		w.run("cat > " + w.a.path("late") + " <<'END'\n" + theirs + "\nEND")
		w.run(unset + "terraform plan -out=saved")
		w.run(unset + "terraform apply saved")
		w.write(image("y", "My image"), exclusive("it", "elyra_runtime_image.y.name"))
		_, _ = w.try(unset + plan)
		w.write(image("y", "My image", `description = "Changed"`), "moved {\n  from = elyra_runtime_image.x\n  to = elyra_runtime_image.y\n}\n")
		w.run(unset + apply)
		w.run(unset + destroy)
		w.wantNames()
		for _, dir := range []string{home, temp} {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			files = slices.DeleteFunc(files, func(file string) bool { return strings.HasPrefix(filepath.Base(file), "plugin") }) // go-plugin's sockets
			hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
			if files = append(files, hidden...); err != nil || len(files) > 0 {
				t.Errorf("%q: left are %q, %v", unset, files, err)
			}
		}
	}
}

// TestAccOwnership_permissions: the advice for files that may not be read or replaced works, and leaves nothing behind.
func TestAccOwnership_permissions(t *testing.T) {
	t.Parallel()
	w, _, _ := unprivileged(t)
	w.applies(image("x", "My image"))
	path := w.a.path("my_image")
	ours := w.document("my_image")
	w.run("chmod 000 " + path)
	m := w.fails(plan, "", path)
	if strings.Contains(string(m), "data_dir") {
		t.Errorf("another data_dir leaves the instance behind:\n%s", m)
	}
	w.run(w.advice(m, `chmod u\S+ .*`))
	w.settled()

	// An instance is a link in a directory that can't be written: a mounted ConfigMap.
	target := filepath.Join(w.dir, "target.json")
	dir := filepath.Dir(path)
	w.run(fmt.Sprintf("mv %s %s && ln -s %s %s && chmod 500 %s", path, target, target, path, dir))
	w.settled()
	w.write(image("x", "My image", `description = "Changed"`))
	for _, command := range []string{apply, destroy} {
		m := w.fails(command, "", "be written", dir)
		if strings.Contains(string(m), "data_dir") {
			t.Errorf("another data_dir leaves the instance behind:\n%s", m)
		}
		if kept, err := os.ReadFile(target); err != nil || string(kept) != ours {
			t.Errorf("the target is now %q, %v", kept, err)
		}
	}
	w.run("chmod 700 " + dir)
	w.run(apply)
	w.settled()
	w.run(destroy)
	w.wantNames()
}

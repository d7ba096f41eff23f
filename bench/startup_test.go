package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// TestStartUp measures what every Terraform command pays before it does anything: from starting
// the process to its schema, by the handshake of hashicorp/go-plugin.
func TestStartUp(t *testing.T) {
	var rows [][]string
	for _, name := range []string{"elyra", "minimal", "floor"} {
		binary := filepath.Join(built, name, "terraform-provider-"+name)
		var took []time.Duration
		var memory []float64
		for range 4 * *rounds {
			d, kilobytes := start(t, binary)
			took, memory = append(took, d), append(memory, kilobytes)
		}
		info, err := os.Stat(binary)
		must(t, err)
		rows = append(rows, []string{name, fmt.Sprintf("%.0f ms", float64(median(took).Microseconds())/1000),
			fmt.Sprintf("%.1f MB", median(memory)/1000), fmt.Sprintf("%.1f MB", float64(info.Size())/1e6)})
	}
	section(t, "Start-up", "Time from starting the process to its first schema, resident memory at that point, and size of the stripped program.",
		[]string{"provider", "time", "resident", "program"}, rows)
}

// start starts a provider and asks for its schema.
func start(t *testing.T, binary string) (took time.Duration, kilobytes float64) {
	t.Helper()
	began := time.Now()
	command := exec.CommandContext(t.Context(), binary)
	command.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6")
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	must(t, err)
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	parts := strings.Split(strings.TrimSpace(line), "|") // core version, protocol, network, address, …
	if err != nil || len(parts) < 5 {
		t.Fatalf("%s: no handshake: %q, %v", binary, line, err)
	}
	conn, err := grpc.NewClient("unix:"+parts[3], grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// What the answer holds is of no interest: an empty message takes any.
	must(t, conn.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", &emptypb.Empty{}, &emptypb.Empty{}))
	took = time.Since(began)
	return took, status(t, command.Process.Pid, "VmRSS")
}

// status is a figure of a process in kilobytes; 0 where it is gone or unknown.
func status(t *testing.T, pid int, key string) float64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kilobytes
		}
	}
	return 0
}

package rootfs

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"
	"strings"
)

// Program is what the first bytes of an executable file say.
type Program struct {
	Form        Form
	Interpreter string // that the kernel starts for it; "" for none, or where it isn't known
	machine     elf.Machine
}

// Form is what an executable file is.
type Form uint8

// The forms.
const (
	Unknown Form = iota // no program that Linux knows
	Empty
	Script
	elfProgram
)

// machines are the processors that run a platform's programs, by its architecture. Those that also run
// 32-bit programs are listed with both.
var machines = map[string][]elf.Machine{
	"amd64": {elf.EM_X86_64, elf.EM_386}, "386": {elf.EM_386}, "arm64": {elf.EM_AARCH64, elf.EM_ARM}, "arm": {elf.EM_ARM},
	"ppc64le": {elf.EM_PPC64}, "s390x": {elf.EM_S390}, "riscv64": {elf.EM_RISCV}, "loong64": {elf.EM_LOONGARCH},
}

// RunsOn reports whether an ELF program is for an architecture, as Go calls it. It's true where that isn't
// known.
func (p Program) RunsOn(architecture string) bool {
	known := machines[architecture]
	return p.Form != elfProgram || known == nil || slices.Contains(known, p.machine)
}

// programOf reads the beginning of a file.
func programOf(head []byte) Program {
	switch {
	case len(head) == 0:
		return Program{Form: Empty}
	case bytes.HasPrefix(head, []byte("#!")):
		line, _, _ := bytes.Cut(head[2:], []byte("\n"))
		p := Program{Form: Script}
		if fields := strings.Fields(string(line)); len(fields) > 0 {
			p.Interpreter = fields[0]
		}
		return p
	case len(head) < 64 || string(head[:4]) != elf.ELFMAG:
		return Program{}
	}
	var order binary.ByteOrder = binary.LittleEndian
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	p := Program{Form: elfProgram, machine: elf.Machine(order.Uint16(head[18:]))}
	table, size, count := uint64(order.Uint32(head[28:])), int(order.Uint16(head[42:])), int(order.Uint16(head[44:]))
	wide := elf.Class(head[elf.EI_CLASS]) == elf.ELFCLASS64
	if wide {
		table, size, count = order.Uint64(head[32:]), int(order.Uint16(head[54:])), int(order.Uint16(head[56:]))
	}
	for i := range count {
		at := table + uint64(i)*uint64(size)
		if at > headSize || at+40 > uint64(len(head)) {
			break
		}
		h := head[at:]
		if elf.ProgType(order.Uint32(h)) != elf.PT_INTERP {
			continue
		}
		offset, length := uint64(order.Uint32(h[4:])), uint64(order.Uint32(h[16:]))
		if wide {
			offset, length = order.Uint64(h[8:]), order.Uint64(h[32:])
		}
		if offset <= headSize && length <= headSize && offset+length <= uint64(len(head)) {
			p.Interpreter = strings.TrimRight(string(head[offset:offset+length]), "\x00")
		}
	}
	return p
}

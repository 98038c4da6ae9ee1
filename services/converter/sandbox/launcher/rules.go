package main

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A test loads a part of an argument, and leaves the rule where it fails.
type test struct {
	offset  uint32
	failsIf bpf.JumpTest
	value   uint32
}

// Offsets in struct seccomp_data, on processors with little endian numbers.
func low(argument uint32) uint32  { return 16 + 8*argument }
func high(argument uint32) uint32 { return low(argument) + 4 }

func equal(offset, value uint32) test     { return test{offset, bpf.JumpNotEqual, value} }
func different(offset, value uint32) test { return test{offset, bpf.JumpEqual, value} }
func someBits(offset, bits uint32) test   { return test{offset, bpf.JumpBitsNotSet, bits} }
func noBits(offset, bits uint32) test     { return test{offset, bpf.JumpBitsSet, bits} }

func load(offset uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: offset, Size: 4} }
func ret(action uint32) bpf.Instruction  { return bpf.RetConstant{Val: action} }

func errno(number unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(number) }

// anyOf answers the same for each of these system calls. The instructions behind it are for all others.
func anyOf(numbers []uint32, answer uint32) []bpf.Instruction {
	var rule []bpf.Instruction
	for i, number := range numbers {
		// Behind the last number comes the jump over the answer.
		left := len(numbers) - i
		rule = append(rule, bpf.JumpIf{Cond: bpf.JumpEqual, Val: number, SkipTrue: uint8(left)})
	}
	return append(rule, bpf.Jump{Skip: 1}, ret(answer))
}

// allOf allows a system call where all tests pass. A test overwrites the number of the system call, so a rule that has looked at
// an argument has to answer: a later rule would take the argument for the number.
func allOf(number, otherwise uint32, tests ...test) []bpf.Instruction {
	rule := []bpf.Instruction{
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: uint8(2*len(tests) + 2)},
	}
	for i, t := range tests {
		left := 2 * (len(tests) - i - 1)
		rule = append(rule, load(t.offset), bpf.JumpIf{Cond: t.failsIf, Val: t.value, SkipTrue: uint8(left + 1)})
	}
	return append(rule, ret(unix.SECCOMP_RET_ALLOW), ret(otherwise))
}

// oneOf allows a system call where an argument has one of the values.
func oneOf(number, offset uint32, values []uint32) []bpf.Instruction {
	rule := []bpf.Instruction{
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: uint8(len(values) + 3)},
		load(offset),
	}
	for i, value := range values {
		rule = append(rule, bpf.JumpIf{Cond: bpf.JumpEqual, Val: value, SkipTrue: uint8(len(values) - i)})
	}
	return append(rule, ret(errno(unix.EPERM)), ret(unix.SECCOMP_RET_ALLOW))
}

// openFor allows to open a file, but refuses to empty a file that is not opened for writing: before Linux 6.2, Landlock does not look at that.
func openFor(number, flags uint32) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: 7},
		load(flags),
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: unix.O_TRUNC, SkipTrue: 4},
		// There is an access mode 3 beside reading, writing and both. Landlock asks for no right for it either.
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: unix.O_ACCMODE},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.O_WRONLY, SkipTrue: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.O_RDWR, SkipTrue: 1},
		ret(errno(unix.EPERM)),
		ret(unix.SECCOMP_RET_ALLOW),
	}
}

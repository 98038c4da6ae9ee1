package main

import "golang.org/x/sys/unix"

const processor = unix.AUDIT_ARCH_X86_64

// Numbers from this one on are those of x32, a second interface of the same processor.
const firstForeignNumber = 0x40000000

// Older calls, which newer processors never had.
var allowedHere = []uint32{
	unix.SYS_CREAT, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_UNLINK,
	unix.SYS_DUP2, unix.SYS_PIPE, unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_TIME, unix.SYS_GETPGRP,
	unix.SYS_ARCH_PRCTL,
}

var openCalls = []openCall{{unix.SYS_OPENAT, 2}, {unix.SYS_OPEN, 1}}

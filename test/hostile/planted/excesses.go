package main

import (
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	mebibyte = 1 << 20
	// Each try ends by itself, so that it does no harm without a box.
	mostMebibytes = 256
)

// excesses use too much of one thing. Each prints how much it got.
var excesses = map[string]func(){"disk": fillDisk, "memory": takeMemory, "cpu": spin, "files": openFiles}

func count(got int) { say([]byte(strconv.Itoa(got) + "\n")) }

func fillDisk() {
	file, err := unix.Open("large", unix.O_WRONLY|unix.O_CREAT, 0o600)
	if err != nil {
		return
	}
	bytes := make([]byte, mebibyte)
	got := 0
	for range mostMebibytes {
		if written, err := unix.Write(file, bytes); err != nil || written < len(bytes) {
			break
		}
		got++
	}
	count(got)
}

func takeMemory() {
	got := 0
	for range mostMebibytes {
		if _, err := unix.Mmap(-1, 0, 16*mebibyte, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON); err != nil {
			break
		}
		got += 16
	}
	count(got)
}

// spin uses ten seconds of processor time.
func spin() {
	for {
		var usage unix.Rusage
		if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil || usage.Utime.Sec+usage.Stime.Sec >= 10 {
			break
		}
	}
	count(10)
}

func openFiles() {
	got := 0
	for range 2000 {
		if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
			break
		}
		got++
	}
	count(got)
}

// Command confine gives up everything that a tool for hostile files does not need, and becomes that tool.
//
//	confine [flags] -- /path/of/the/tool arguments…
//	confine --check
//
// The tool inherits the descriptors 0 to 4: standard input, output and error, another output, and the lifeline (converter.go).
// All others are closed.
//
// With --check, it prints what this kernel can enforce, as JSON. Where something fails, it says so on standard error in a
// line that begins with "confine: ", and exits with 125.
package main

import (
	"os"
	"runtime"
)

const exitCode = 125

func main() {
	// Landlock, the filter of system calls and the signal for a lost parent belong to a thread. It is the one that execs.
	runtime.LockOSThread()
	if err := run(os.Args[1:]); err != nil {
		os.Stderr.WriteString("confine: " + err.Error() + "\n")
		os.Exit(exitCode)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "--check" {
		return check()
	}
	order, err := parse(args)
	if err != nil {
		return err
	}
	if order.parent != 0 {
		if err := dieWith(order.parent); err != nil {
			return err
		}
	}
	if err := keepDescriptors(lifeline + 1); err != nil {
		return err
	}
	if err := dieWithConverter(); err != nil {
		return err
	}
	if err := dropPrivileges(); err != nil {
		return err
	}
	if order.landlock {
		if err := restrictFiles(order.readable, order.data, order.writable); err != nil {
			return err
		}
	}
	call, err := prepareExec(order.tool)
	if err != nil {
		return err
	}
	var filter *filter
	if order.seccomp {
		if filter, err = assembleFilter(call); err != nil {
			return err
		}
	}
	// The limits come late, because the Go runtime itself uses more virtual memory than a tool may.
	if err := setLimits(order.limits); err != nil {
		return err
	}
	if filter != nil {
		if err := filter.load(); err != nil {
			return err
		}
	}
	return call.exec()
}

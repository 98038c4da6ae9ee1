package main

import (
	"errors"
	"strconv"
)

// An order says how a tool is confined. The package flag would cost half a millisecond at each start.
type order struct {
	// Process id of the parent with which the tool dies, or 0.
	parent   int
	landlock bool
	seccomp  bool
	readable []string
	data     []string
	writable []string
	limits   limits
	tool     []string
}

func parse(args []string) (*order, error) {
	order := &order{}
	numbers := map[string]*uint64{
		"--cpu-seconds":   &order.limits.cpuSeconds,
		"--address-space": &order.limits.addressSpace,
		"--file-bytes":    &order.limits.fileBytes,
		"--open-files":    &order.limits.openFiles,
		"--threads":       &order.limits.threads,
	}
	for len(args) > 0 {
		name := args[0]
		args = args[1:]
		switch name {
		case "--landlock":
			order.landlock = true
			continue
		case "--seccomp":
			order.seccomp = true
			continue
		case "--":
			if len(args) == 0 {
				return nil, errors.New("there is no tool to run")
			}
			order.tool = args
			return order, nil
		}
		if len(args) == 0 {
			return nil, errors.New("unknown flag, or no value for it: " + name)
		}
		value := args[0]
		args = args[1:]
		if err := order.set(name, value, numbers); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("there is no -- with a tool behind it")
}

func (order *order) set(name, value string, numbers map[string]*uint64) error {
	switch name {
	case "--read":
		order.readable = append(order.readable, value)
		return nil
	case "--data":
		order.data = append(order.data, value)
		return nil
	case "--write":
		order.writable = append(order.writable, value)
		return nil
	}
	number, err := strconv.ParseUint(value, 10, 63)
	if err != nil || number == 0 {
		return errors.New("the value of " + name + " is no whole number above 0: " + value)
	}
	if name == "--parent" {
		order.parent = int(number)
		return nil
	}
	target, found := numbers[name]
	if !found {
		return errors.New("unknown flag: " + name)
	}
	*target = number
	return nil
}

package main

import (
	"os"
	"strconv"

	seccomp "github.com/elastic/go-seccomp-bpf"
)

// check prints what this kernel can enforce. Only a run shows what it does enforce.
func check() error {
	_, err := os.Stdout.WriteString(`{"landlock":` + strconv.Itoa(landlockVersion()) +
		`,"seccomp":` + strconv.FormatBool(seccomp.Supported()) + "}\n")
	return err
}

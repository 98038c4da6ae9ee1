package main

import (
	"os"
	"strconv"
)

// check prints what this kernel can enforce. Only a run shows what it does enforce.
func check() error {
	_, err := os.Stdout.WriteString(`{"landlock":` + strconv.Itoa(landlockVersion()) +
		`,"seccomp":` + strconv.FormatBool(hasSeccomp()) + "}\n")
	return err
}

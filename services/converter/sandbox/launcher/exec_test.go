package main

import "testing"

func TestTheExecLiesAtAnAddressThatEveryKernelHas(t *testing.T) {
	places := map[uintptr]bool{}
	for range 100 {
		call, err := prepareExec([]string{"/bin/true"})
		if err != nil {
			t.Fatal(err)
		}
		if call.address>>38 != 0 {
			t.Errorf("%x has more than 38 bits", call.address)
		}
		places[call.address] = true
	}
	if len(places) < 99 {
		t.Errorf("only %d of 100 addresses differ", len(places))
	}
}

# Exported scripts build the same networks in PyTorch.
. tests/cli/expect.bash
. tests/cli/export.bash
need_python torch,numpy
make_trained
check_scripts pytorch
done_testing

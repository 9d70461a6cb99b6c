print("samvad-journey")

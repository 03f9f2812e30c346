"""Built-in people: drawn photos in the competition's own layout, so that everything runs at once.

A sweep that can be tried only by those who have photos is tried by nobody. So people are drawn:
seven JPEGs of 384 x 512 pixels a person, five with masks of different kinds, one with a mask
worn wrongly (under the nose, on the chin, over the eyes, off one ear), one without. Gender and
age show in hair, brows, lashes, jaw, lips, skin, wrinkles, greying and clothes, each by chance and
none for certain; place, pose, light, blur and noise change from photo to photo. It is a task, not
a picture book: no pixel tells a class, some people are ambiguous, and some folders are wrong.

    DIR/train/000001_female_Asian_45/   mask1.jpg ... mask5.jpg, incorrect_mask.jpg, normal.jpg
    DIR/train_truth.csv     one row a folder: `folder`; the true `gender` and `age`; `wrong_label`,
                            `gender` or `age` where the folder's name lies (2 % of folders);
                            `swapped`, the photo that changed places with `incorrect_mask.jpg`
                            (1 %); `duplicate_of`, the folder that was uploaded twice (1 %)
    DIR/eval/               other people's photos in one folder, more of them 60 and older;
                            `info.csv` with `ImageID` and an empty `ans`
    DIR/eval_answers.csv    `ImageID,ans` with ans = 6 * mask + 3 * gender + age
    DIR/people.json         the numbers that everything follows from

All of it is drawn by this package's own code; no photo of anybody is in it.
"""

from maskopt.data.people.folder import draw_people, has_people

__all__ = ["draw_people", "has_people"]
